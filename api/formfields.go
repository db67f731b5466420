package api

import (
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"strings"

	"guildhall"
)

// formFields are the fields of a multipart body beside payload_json, all of them text: content, tts, nonce and other plain
// values may be sent so. What has a structure can't, and is refused by its type.
// discord: reference#uploading-files
type formFields struct {
	values map[string]json.RawMessage
	bytes  int
}

// take reads a part that is a field; false for a file. A part is a file that has a file name, or the name of one.
func (f *formFields) take(part *multipart.Part) (bool, error) {
	name := part.FormName()
	if part.FileName() != "" || name == "" || strings.HasPrefix(name, "file") {
		return false, nil
	}
	text, err := io.ReadAll(io.LimitReader(part, int64(formBytes-f.bytes+1)))
	if err != nil {
		return true, bodyError(err)
	}
	if f.bytes += len(name) + len(text); f.bytes > formBytes {
		return true, guildhall.ErrTooLarge
	}
	if f.values[name] != nil {
		return true, guildhall.ErrInvalidForm.Because(fmt.Errorf("field %q twice", name))
	}
	if f.values == nil {
		f.values = map[string]json.RawMessage{}
	}
	f.values[name] = mustJSON(string(text))
	return true, nil
}

// with adds the fields to a checked payload; nil is none. What the payload says itself counts.
func (f *formFields) with(payload []byte) ([]byte, error) {
	if len(f.values) == 0 {
		return payload, nil
	}
	all := map[string]json.RawMessage{}
	if payload != nil {
		if err := json.Unmarshal(payload, &all); err != nil || all == nil {
			return payload, nil // no object: whoever reads it says so
		}
	}
	for name, value := range f.values {
		if _, said := all[name]; !said {
			all[name] = value
		}
	}
	return json.Marshal(all)
}
