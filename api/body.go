package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"guildhall"
	"guildhall/routes"
)

const (
	// bodyTime is how long a body may take unless Config says otherwise; a slow sender holds its place no longer. S2
	bodyTime = 12 * time.Second
	// partsMax bounds the parts of a multipart body: ten files and payload_json, and a few that are passed over.
	// discord: reference#uploading-files
	partsMax = 20
	// filesMax is what an operator can at most let a message have.
	filesMax = 10
	// payloadBytes bounds the JSON of a message without files.
	payloadBytes = 1 << 20
	// formBytes bounds payload_json, and the fields beside it together: above any message, whose texts, addresses and ids
	// come to 200 KiB with every character escaped. Each upload under way keeps room for both.
	formBytes   = 256 << 10
	contentForm = "application/x-www-form-urlencoded"
	// uploadTime is how long a body with files may take: 100 MiB at 1.7 MiB a second.
	uploadTime = time.Minute
)

var (
	errSlowBody = &guildhall.Error{Status: http.StatusRequestTimeout, Message: "408: Request Timeout"}
)

// readBody reads what the route says that a request carries: JSON, checked, or nil.
func (a *API) readBody(x *exchange, u *uploads) ([]byte, error) {
	if x.route.Body == routes.NoBody {
		return nil, nil // net/http reads and drops what comes
	}
	if encoding := x.http.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, guildhall.ErrUnsupportedMedia
	}
	// After a body cut short the deadline stays, so that net/http doesn't wait for the rest either; once all is read it goes,
	// because net/http goes on listening for the client to leave. A recorder in a test has no deadlines.
	control := http.NewResponseController(x.w)
	allowed := a.cfg.BodyTime
	if strings.HasPrefix(x.http.Header.Get("Content-Type"), "multipart/") && x.route.Body == routes.Multipart {
		allowed = max(allowed, uploadTime)
	}
	_ = control.SetReadDeadline(time.Now().Add(allowed))
	ctx, cancel := context.WithTimeout(x.http.Context(), allowed)
	defer cancel()
	data, err := readBody(ctx, x, u)
	if err == nil {
		_ = control.SetReadDeadline(time.Time{})
	}
	return data, err
}

func readBody(ctx context.Context, x *exchange, u *uploads) ([]byte, error) {
	if x.route.Body == routes.OptionalJSON && x.http.ContentLength == 0 {
		return []byte("{}"), nil // aiohttp gives bodies of no bytes a type of its own
	}
	body := http.MaxBytesReader(x.w, x.http.Body, x.route.BodyBytesMax)
	if x.route.Body == routes.Form {
		return readForm(x.http.Header.Get("Content-Type"), body)
	}
	kind, params, err := mediaType(x.http.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	if kind == "multipart/form-data" {
		if x.route.Body != routes.Multipart {
			return nil, guildhall.ErrUnsupportedMedia
		}
		take := func(part *multipart.Part) error { return u.take(ctx, part) }
		return readMultipart(body, params["boundary"], take)
	}
	if x.route.Body == routes.Multipart {
		// The larger bound is for files; as JSON it would let one token fill the memory.
		body = http.MaxBytesReader(x.w, x.http.Body, payloadBytes)
	}
	told := int64(0)
	if x.http.ContentLength > 0 {
		told = bodyBytes(x)
	}
	data, err := readAll(body, told)
	if err != nil {
		return nil, bodyError(err)
	}
	if len(data) == 0 && x.route.Body == routes.OptionalJSON {
		return []byte("{}"), nil
	}
	return data, checkJSON(data)
}

// readForm reads a form as a JSON object of strings. A field that comes twice is refused, because two readers might take
// different ones.
// RFC 6749 §3.2
func readForm(header string, body io.Reader) ([]byte, error) {
	if kind, _, err := mime.ParseMediaType(header); err != nil || kind != contentForm {
		return nil, guildhall.ErrUnsupportedMedia
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, bodyError(err)
	}
	values, err := url.ParseQuery(string(data))
	if err != nil || !utf8.Valid(data) {
		return nil, guildhall.ErrInvalidForm.Because(err)
	}
	fields := make(map[string]string, len(values))
	for name, all := range values {
		if len(all) > 1 || !utf8.ValidString(all[0]) {
			return nil, guildhall.ErrInvalidForm
		}
		fields[name] = all[0]
	}
	return mustJSON(fields), nil
}

// readAll is io.ReadAll without the growing where the size was told, which would take several times a large body.
func readAll(from io.Reader, told int64) ([]byte, error) {
	if told < largeBodyBytes {
		return io.ReadAll(from)
	}
	data := bytes.NewBuffer(make([]byte, 0, told+bytes.MinRead))
	_, err := data.ReadFrom(from)
	return data.Bytes(), err
}

// mediaType lets JSON and multipart through. Other types are those that a web page can send without asking first; bodies
// without a type are taken for JSON.
func mediaType(header string) (kind string, params map[string]string, err error) {
	if header == "" {
		return contentJSON, nil, nil
	}
	kind, params, err = mime.ParseMediaType(header)
	charset := strings.ToLower(params["charset"])
	switch {
	case err != nil:
		return "", nil, guildhall.ErrUnsupportedMedia.Because(err)
	case kind == contentJSON && (charset == "" || charset == "utf-8"), kind == "multipart/form-data":
		return kind, params, nil
	}
	return "", nil, guildhall.ErrUnsupportedMedia
}

func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return guildhall.ErrTooLarge.Because(err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlowBody.Because(err)
	}
	return guildhall.ErrInvalidForm.Because(fmt.Errorf("read body: %w", err))
}

// readMultipart finds payload_json and plain fields among the parts, and gives the files to take, which reads them to their
// end. Files alone are a message too.
// discord: reference#uploading-files
func readMultipart(body io.Reader, boundary string, take func(*multipart.Part) error) ([]byte, error) {
	if boundary == "" {
		return nil, guildhall.ErrInvalidForm
	}
	parts := multipart.NewReader(body, boundary)
	var payload []byte
	var fields formFields
	files := 0
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, bodyError(err)
		}
		if n >= partsMax {
			return nil, errParts
		}
		if part.FormName() != "payload_json" {
			if taken, err := fields.take(part); err != nil {
				return nil, err
			} else if taken {
				continue
			}
			files++
			if err := take(part); err != nil {
				return nil, partError(err)
			}
			continue
		}
		if payload != nil {
			return nil, guildhall.ErrInvalidForm
		}
		if payload, err = io.ReadAll(io.LimitReader(part, formBytes+1)); err != nil {
			return nil, bodyError(err)
		}
		if len(payload) > formBytes {
			return nil, guildhall.ErrTooLarge
		}
	}
	switch {
	case payload == nil && len(fields.values) == 0 && files > 0:
		return []byte("{}"), nil
	case payload == nil && len(fields.values) == 0:
		return nil, guildhall.BadField("BASE_TYPE_REQUIRED", "This field is required", "payload_json")
	case payload == nil:
		return fields.with(nil)
	}
	if err := checkJSON(payload); err != nil {
		return nil, err
	}
	return fields.with(payload)
}

// partError keeps what is known of a part that could not be taken; all else is the body's fault.
func partError(err error) error {
	var known *guildhall.Error
	if errors.As(err, &known) {
		return err
	}
	return bodyError(err)
}
