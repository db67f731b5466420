package spec

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// answerMax bounds an answer that is checked: above any of the API's.
const answerMax = 16 << 20

// Transport checks every answer that passes through it.
type Transport struct {
	Document *Document
	// Base carries the requests out; nil is http.DefaultTransport.
	Base http.RoundTripper
	// Report is told of each answer to an operation of the document, with what is wrong about it or nil. It must be safe for
	// several goroutines.
	Report func(operationID string, err error)
	// Answered, where it is set, is told of the same answers, with what they answer. It must be safe for several goroutines.
	Answered func(operationID string, request *http.Request, status int)
}

var _ http.RoundTripper = (*Transport)(nil)

// RoundTrip reads the whole answer before it is given on.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	response, err := base.RoundTrip(r)
	if err != nil || response.StatusCode == http.StatusSwitchingProtocols {
		return response, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, answerMax+1))
	if err != nil {
		// The caller sees what came, and then the same error.
		response.Body = readCloser{io.MultiReader(bytes.NewReader(body), failing{err}), response.Body}
		return response, nil
	}
	response.Body = readCloser{io.MultiReader(bytes.NewReader(body), response.Body), response.Body}
	if r.Method == http.MethodHead || len(body) > answerMax {
		return response, nil // there is none, or it is no JSON of the API's
	}
	a := Answer{Method: r.Method, Path: r.URL.EscapedPath(), Status: response.StatusCode, Header: response.Header, Body: body}
	id, err := t.Document.Check(&a)
	if err != nil {
		err = fmt.Errorf("%s %s: %w\n%.2000s", r.Method, r.URL.Path, err, body)
	}
	if id != "" {
		t.Report(id, err)
		if t.Answered != nil {
			t.Answered(id, r, response.StatusCode)
		}
	}
	return response, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
