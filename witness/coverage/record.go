package coverage

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// Use is what one library has used with success.
type Use struct {
	Version string `json:"version"`
	// Operations are those of Discord's document that were answered with 2xx.
	Operations []string `json:"operations"`
	// Events are the dispatches that arrived as one of the library's own events.
	Events []string `json:"events"`
}

// Record holds the use by library.
type Record map[string]Use

// Main are the libraries of which two must have used each operation.
func Main() []string { return []string{"discordgo", "discord.js", "discord.py", "hikari"} }

// Read reads a record from a file.
func Read(file string) (Record, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := Record{}
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return r, nil
}

// Write writes a record to a file.
func (r Record) Write(file string) error {
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// Beyond gives what is in u and not in other.
func (u Use) Beyond(other Use) Use {
	return Use{Operations: beyond(u.Operations, other.Operations), Events: beyond(u.Events, other.Events)}
}

// Empty says that nothing was used.
func (u Use) Empty() bool { return len(u.Operations) == 0 && len(u.Events) == 0 }

func beyond(some, others []string) []string {
	return slices.DeleteFunc(slices.Clone(some), func(s string) bool { return slices.Contains(others, s) })
}
