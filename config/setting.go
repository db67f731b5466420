package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Kind is the type of a setting's value as it is written.
type Kind string

// The kinds. All but KindBool, KindBytes, KindList and KindNumber are strings in the file.
const (
	KindAddress  Kind = "address"  // HOST:PORT
	KindBool     Kind = "bool"     // true or false
	KindBytes    Kind = "bytes"    // a number of bytes, or a string such as "4MiB"
	KindChoice   Kind = "choice"   // one of Choices
	KindDuration Kind = "duration" // a number with a unit: "20s"
	KindFile     Kind = "file"
	KindFolder   Kind = "folder"
	KindList     Kind = "list"   // an array of strings; with commas in a flag or variable
	KindNumber   Kind = "number" // a whole number
	KindStore    Kind = "store"
	KindURL      Kind = "url"
)

// Setting is one row of the table.
type Setting struct {
	Key     string   `json:"key"`
	Kind    Kind     `json:"kind"`
	Default string   `json:"default,omitempty"`
	Min     string   `json:"min,omitempty"`
	Max     string   `json:"max,omitempty"`
	Choices []string `json:"choices,omitempty"`
	Doc     string   `json:"doc"`
	Why     string   `json:"why,omitempty"` // reason for the bounds

	// NotInFile is why the setting is taken from flags and variables only; empty when a file may hold it.
	NotInFile string `json:"not_in_file,omitempty"`

	assign func(*Config, string) error // parses, checks bounds and stores
	show   func(*Config) any           // value for people and JSON, in the syntax of the file
}

// Flag returns the name of the flag, without dashes before it.
func (s Setting) Flag() string { return strings.NewReplacer(".", "-", "_", "-").Replace(s.Key) }

// Variable returns the name of the environment variable.
func (s Setting) Variable() string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(s.Key, ".", "_"))
}

// Allowed describes the values that are taken, empty when a description of the kind says it all.
func (s Setting) Allowed() string {
	switch {
	case s.Min != "":
		return s.Min + " to " + s.Max
	case len(s.Choices) > 0:
		return strings.Join(s.Choices, ", ")
	}
	return ""
}

// newSetting completes a row with what every kind shares: one field, one parser, one form to show.
func newSetting[T any](s Setting, field func(*Config) *T, parse func(string) (T, error), show func(T) any) Setting {
	s.assign = func(c *Config, raw string) error {
		value, err := parse(raw)
		if err != nil {
			return err
		}
		*field(c) = value
		return nil
	}
	s.show = func(c *Config) any { return show(*field(c)) }
	return s
}

func asIs[T any](value T) any { return value }

func flagOnly(s Setting, why string) Setting {
	s.NotInFile = why
	return s
}

func addressSetting(key, byDefault string, field func(*Config) *string, doc string) Setting {
	return newSetting(Setting{Key: key, Kind: KindAddress, Default: byDefault, Doc: doc}, field, parseAddress, asIs)
}

// opsSetting is an address that may be switched off; off is stored as the empty address.
func opsSetting(key, byDefault string, field func(*Config) *string, doc string) Setting {
	parse := func(raw string) (string, error) {
		if raw == "off" {
			return "", nil
		}
		if err := checkAddress(raw); err != nil {
			return "", fmt.Errorf("%w (or off)", err)
		}
		return raw, nil
	}
	show := func(address string) any {
		if address == "" {
			return "off"
		}
		return address
	}
	return newSetting(Setting{Key: key, Kind: KindAddress, Default: byDefault, Doc: doc}, field, parse, show)
}

func folderSetting(key, byDefault string, field func(*Config) *string, doc string) Setting {
	parse := func(raw string) (string, error) { return raw, checkFolder(raw) }
	return newSetting(Setting{Key: key, Kind: KindFolder, Default: byDefault, Doc: doc}, field, parse, asIs)
}

func fileSetting(key string, field func(*Config) *string, doc string) Setting {
	parse := func(raw string) (string, error) {
		if raw == "" {
			return "", nil
		}
		return raw, checkPath(raw)
	}
	return newSetting(Setting{Key: key, Kind: KindFile, Doc: doc}, field, parse, asIs)
}

func boolSetting(key string, field func(*Config) *bool, doc string) Setting {
	return newSetting(Setting{Key: key, Kind: KindBool, Default: "false", Doc: doc}, field, parseBool, asIs)
}

func urlSetting(key string, field func(*Config) *string, doc string) Setting {
	return newSetting(Setting{Key: key, Kind: KindURL, Doc: doc}, field, parseURL, asIs)
}

func storeSetting(key string, field func(*Config) *Store, doc string) Setting {
	show := func(s Store) any { return s.String() }
	return newSetting(Setting{Key: key, Kind: KindStore, Doc: doc}, field, parseStore, show)
}

func originsSetting(key string, field func(*Config) *[]string, doc string) Setting {
	return newSetting(Setting{Key: key, Kind: KindList, Default: "*", Doc: doc}, field, parseOrigins, asIs)
}

func proxiesSetting(key string, field func(*Config) *[]netip.Prefix, doc string) Setting {
	return prefixesSetting(key, field, parseProxies, doc)
}

func networksSetting(key string, field func(*Config) *[]netip.Prefix, doc string) Setting {
	return prefixesSetting(key, field, parseTargets, doc)
}

func prefixesSetting(key string, field func(*Config) *[]netip.Prefix, parse func(string) ([]netip.Prefix, error), doc string) Setting {
	show := func(list []netip.Prefix) any {
		texts := make([]string, len(list))
		for i, p := range list {
			texts[i] = p.String()
		}
		return texts
	}
	return newSetting(Setting{Key: key, Kind: KindList, Doc: doc}, field, parse, show)
}

// listSetting is a list of choices. Its value has the choices' order and each of them once.
func listSetting(key, byDefault string, choices []string, field func(*Config) *[]string, doc string) Setting {
	s := Setting{Key: key, Kind: KindList, Default: byDefault, Choices: choices, Doc: doc}
	parse := func(raw string) ([]string, error) { return parseChoices(raw, choices) }
	return newSetting(s, field, parse, asIs)
}

func choiceSetting[T ~string](key string, byDefault T, choices []T, field func(*Config) *T, doc string) Setting {
	names := make([]string, len(choices))
	for i, choice := range choices {
		names[i] = string(choice)
	}
	parse := func(raw string) (T, error) {
		if !slices.Contains(names, raw) {
			return "", fmt.Errorf("%q is not one of its values%s", raw, didYouMean(raw, names))
		}
		return T(raw), nil
	}
	return newSetting(Setting{Key: key, Kind: KindChoice, Default: string(byDefault), Choices: names, Doc: doc}, field, parse,
		func(value T) any { return string(value) })
}

func levelSetting(key, byDefault, doc string) Setting {
	names := []string{"debug", "info", "warn", "error"}
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	parse := func(raw string) (slog.Level, error) {
		level, ok := levels[raw]
		if !ok {
			return 0, fmt.Errorf("%q is not one of its values%s", raw, didYouMean(raw, names))
		}
		return level, nil
	}
	show := func(level slog.Level) any { return strings.ToLower(level.String()) }
	field := func(c *Config) *slog.Level { return &c.LogLevel }
	return newSetting(Setting{Key: key, Kind: KindChoice, Default: byDefault, Choices: names, Doc: doc}, field, parse, show)
}

func durationSetting(key string, byDefault, least, most time.Duration, field func(*Config) *time.Duration, doc, why string) Setting {
	s := Setting{Key: key, Kind: KindDuration, Default: formatDuration(byDefault), Doc: doc, Why: why,
		Min: formatDuration(least), Max: formatDuration(most)}
	parse := func(raw string) (time.Duration, error) {
		value, err := parseDuration(raw)
		if err != nil {
			return 0, err
		}
		return value, checkBounds(raw, value, least, most)
	}
	return newSetting(s, field, parse, func(d time.Duration) any { return formatDuration(d) })
}

func bytesSetting(key string, byDefault, least, most int64, field func(*Config) *int64, doc, why string) Setting {
	s := Setting{Key: key, Kind: KindBytes, Default: formatBytes(byDefault), Doc: doc, Why: why,
		Min: formatBytes(least), Max: formatBytes(most)}
	parse := func(raw string) (int64, error) {
		value, err := parseBytes(raw)
		if err != nil {
			return 0, err
		}
		return value, checkBounds(raw, value, least, most)
	}
	return newSetting(s, field, parse, func(n int64) any { return formatBytes(n) })
}
