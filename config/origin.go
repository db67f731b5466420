package config

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// OriginKind is the sort of source that a value came from.
type OriginKind string

// The sources, strongest first.
const (
	FromFlag    OriginKind = "flag"
	FromEnviron OriginKind = "environment"
	FromFile    OriginKind = "file"
	FromDefault OriginKind = "default"
)

// Origin says where the value of a setting came from.
type Origin struct {
	Kind   OriginKind `json:"kind"`
	Source string     `json:"source,omitempty"` // --flag, variable or file
	Line   int        `json:"line,omitempty"`   // in a file, from 1
}

// String returns the origin as one reads it: --listen, GUILDHALL_LISTEN, guildhall.toml:3 or default.
func (o Origin) String() string {
	switch {
	case o.Kind == FromDefault:
		return string(FromDefault)
	case o.Line > 0:
		return fmt.Sprintf("%s:%d", o.Source, o.Line)
	}
	return o.Source
}

// Value is a setting with its value and origin.
type Value struct {
	Key    string `json:"key"`
	Value  any    `json:"value"` // as it would be written in the file
	Origin Origin `json:"origin"`
}

// Origins returns every setting's value and where it came from, in the order of the table.
func (c Config) Origins() []Value {
	table := Settings()
	values := make([]Value, len(table))
	for i, s := range table {
		values[i] = Value{Key: s.Key, Value: s.show(&c), Origin: c.origins[s.Key]}
	}
	return values
}

// WriteText writes one setting per line with its origin, for `config show`.
func (c Config) WriteText(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, v := range c.Origins() {
		text := fmt.Sprint(v.Value)
		if list, ok := v.Value.([]string); ok {
			text = strings.Join(list, ",")
		}
		// tabwriter keeps the first error and returns it from Flush.
		_, _ = fmt.Fprintf(table, "%s\t= %s\t# %s\n", v.Key, text, v.Origin)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	return nil
}

// WriteJSON writes the same as one object, for `config show --json`.
func (c Config) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(map[string][]Value{"settings": c.Origins()}); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	return nil
}
