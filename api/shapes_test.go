package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"

	"guildhall/witness/spec"
)

// discord is Discord's document, read once for all tests.
var discord = sync.OnceValues(spec.Discord)

// checkShape holds an answer against Discord's document. What is in the body of an answer that is no refusal comes from
// owners, which are made up here; the tests of cmd/guildhall have real ones.
func (w *world) checkShape(a ask, got *httptest.ResponseRecorder) {
	w.t.Helper()
	// Some tests ask the same ten thousand times.
	same := fmt.Sprint(a.method, " ", a.path, " ", got.Code, got.Body)
	if _, seen := w.checked.LoadOrStore(same, true); seen {
		return
	}
	d, err := discord()
	if err != nil {
		w.t.Fatal(err)
	}
	answer := spec.Answer{Method: a.method, Path: a.path, Status: got.Code, Header: got.Header(), Body: got.Body.Bytes()}
	_, err = d.Check(&answer)
	if err != nil && (got.Code >= http.StatusBadRequest || !errors.Is(err, spec.ErrShape)) {
		w.t.Errorf("%s %s: %v\n%.500s", a.method, a.path, err, got.Body)
	}
}
