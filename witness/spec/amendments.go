package spec

import (
	_ "embed" // for the amendments
	"encoding/json"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed amendments.json
var amended []byte

// amendment is a place where the document is not followed.
type amendment struct {
	// At names a value in the document. RFC 6901
	At string `json:"at"`
	// Value is what it is read as.
	Value json.RawMessage `json:"value"`
	Why   string          `json:"why"`
}

// amend changes the document.
func amend(tree any) error {
	var all []amendment
	if err := json.Unmarshal(amended, &all); err != nil {
		return fmt.Errorf("read the amendments: %w", err)
	}
	for _, a := range all {
		if err := a.apply(tree); err != nil {
			return fmt.Errorf("amend %s: %w", a.At, err)
		}
	}
	return nil
}

func (a *amendment) apply(tree any) error {
	names := strings.Split(strings.TrimPrefix(a.At, "/"), "/")
	last := names[len(names)-1]
	for _, name := range names[:len(names)-1] {
		in, ok := tree.(map[string]any)
		if !ok || in[unescape(name)] == nil {
			return fmt.Errorf("no %s in the document", name)
		}
		tree = in[unescape(name)]
	}
	in, ok := tree.(map[string]any)
	if !ok || in[unescape(last)] == nil {
		return fmt.Errorf("no %s in the document", last)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(a.Value)))
	if err != nil {
		return err
	}
	in[unescape(last)] = value
	return nil
}

// unescape reads a part of a JSON pointer. RFC 6901 §4
func unescape(name string) string { return strings.NewReplacer("~1", "/", "~0", "~").Replace(name) }
