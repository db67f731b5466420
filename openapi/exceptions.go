package openapi

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// exception is a place where the document is not followed.
type exception struct {
	// pointer names a value in the document. RFC 6901
	pointer string
	// was is the value's JSON, with names in their order, and is what it is read as.
	was, is string
	reason  string
}

// exceptions are all of them.
func exceptions() []exception {
	return []exception{
		{
			"/components/schemas/InnerErrors/properties/_errors/items", `{"$ref":"#/components/schemas/Error"}`,
			`{"type":"object","properties":{"code":{"type":"string"},"message":{"type":"string"}},"required":["code","message"]}`,
			// discord: reference#error-messages
			"the code of a field's error is a word, such as BASE_TYPE_REQUIRED",
		},
	}
}

// apply changes the document. What is not as it was fails, so that no exception outlives its reason.
func (e exception) apply(tree any) error {
	names := strings.Split(strings.TrimPrefix(e.pointer, "/"), "/")
	for _, name := range names[:len(names)-1] {
		in, ok := tree.(map[string]any)
		if !ok || in[name] == nil {
			return fmt.Errorf("exception %s: no %s", e.pointer, name)
		}
		tree = in[name]
	}
	in, last := tree.(map[string]any), names[len(names)-1]
	if was, err := json.Marshal(in[last]); err != nil || string(was) != e.was {
		return fmt.Errorf("exception %s: it is %s, not %s", e.pointer, was, e.was)
	}
	is, err := jsonschema.UnmarshalJSON(strings.NewReader(e.is))
	if err != nil {
		return fmt.Errorf("exception %s: %w", e.pointer, err)
	}
	in[last] = is
	return nil
}
