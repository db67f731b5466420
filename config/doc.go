// Package config turns flags, environment variables and a TOML file into checked settings.
//
// One table (schema.go) declares every setting: its key, type, default, bounds and the reason for them. Flags, variables,
// defaults, `config show`, `config validate` and the error texts are derived from it, so they cannot disagree. A setting is
// listed there only when it changes something in this version.
//
// The file is read with go-toml's parser of expressions and not through a layer that merges maps: an unknown key or a value out
// of bounds has to be reported with its line, all of them at once, and a map has forgotten where its values stood.
package config
