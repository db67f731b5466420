package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// FileName is the settings file that is read from the data folder when no other is named.
const FileName = "guildhall.toml"

const variablePrefix = "GUILDHALL_"

// Sources is where Load takes values from.
type Sources struct {
	// Flags holds the flags that were given, by name without dashes before it: "ops-listen" → "off".
	Flags map[string]string
	// Environ has the form of os.Environ. Variables without the prefix GUILDHALL_ are passed over, and so are empty ones.
	Environ []string
	// File is a settings file that must exist. It goes before the setting config.
	File string
}

// Load gives each setting the value of the flag, else the variable, else the file, else its default, checks them all and
// returns an *Error with everything that is wrong. An error of another type is one of reading the file.
func Load(sources Sources) (Config, error) {
	flags, problems := fromFlags(sources.Flags)
	variables, moreProblems := fromEnviron(sources.Environ)
	problems = append(problems, moreProblems...)
	l := &layers{layers: [][]given{flags, variables}, problems: problems}

	path, byData, err := l.findFile(sources.File)
	if err != nil {
		return Config{}, err
	}
	if path != "" {
		values, problems, err := readFile(path)
		if err != nil {
			return Config{}, err
		}
		if byData {
			values, problems = withoutData(values, problems)
		}
		l.layers = append(l.layers, values)
		l.problems = append(l.problems, problems...)
	}
	c := l.merge()
	c.File = path
	if sources.File != "" {
		c.origins["config"] = Origin{Kind: FromFlag, Source: "--config"}
	}
	derive(&c)
	l.checkRules(&c)
	if len(l.problems) > 0 {
		sortProblems(l.problems)
		return Config{}, &Error{Problems: l.problems}
	}
	return c, nil
}

// ValidateFile checks a file as if it were the only source.
func ValidateFile(path string) error {
	_, err := Load(Sources{File: path})
	return err
}

// layers holds the sources that were given, strongest first.
type layers struct {
	layers   [][]given
	problems []Problem
}

// lookup returns the value that wins, before the file is read or after.
func (l *layers) lookup(key string) (given, bool) {
	for _, layer := range l.layers {
		for _, value := range layer {
			if value.key == key {
				return value, true
			}
		}
	}
	return given{}, false
}

// findFile returns the file to read, or an empty path when there is none, and whether the data folder led to it.
func (l *layers) findFile(named string) (path string, byData bool, err error) {
	if named != "" {
		return named, false, nil
	}
	if value, ok := l.lookup("config"); ok && value.raw != "" {
		return value.raw, false, nil
	}
	folder, chosen := l.lookup("data")
	if dev, ok := l.lookup("dev"); ok && dev.raw != "false" && dev.raw != "0" && !chosen {
		// --dev is the same everywhere: a data folder that happens to lie here has no say in it.
		return "", false, nil
	}
	if !chosen {
		folder.raw = defaultOf("data")
	}
	if checkFolder(folder.raw) != nil {
		return "", false, nil // merge reports it
	}
	path = filepath.Join(folder.raw, FileName)
	switch _, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("look for settings: %w", err)
	}
	return path, true, nil
}

// withoutData refuses data in a file that was found through it.
func withoutData(values []given, problems []Problem) ([]given, []Problem) {
	i := slices.IndexFunc(values, func(v given) bool { return v.key == "data" })
	if i < 0 {
		return values, problems
	}
	at := values[i].at
	problems = append(problems, Problem{Source: at.source, Line: at.line, Key: "data",
		Reason: "cannot be set here, because this file was found through the data folder: use --data, or name the file with --config"})
	return slices.Delete(values, i, i+1), problems
}

func defaultOf(key string) string {
	for _, s := range Settings() {
		if s.Key == key {
			return s.Default
		}
	}
	panic("config: no setting " + key) // a slip in this package
}

// merge gives every setting its value. All values are checked, also those that a stronger source hides.
func (l *layers) merge() Config {
	c := Config{origins: map[string]Origin{}}
	for _, s := range Settings() {
		if s.Default != "" {
			if err := s.assign(&c, s.Default); err != nil {
				panic("config: default of " + s.Key + ": " + err.Error()) // the table is wrong
			}
		}
		c.origins[s.Key] = Origin{Kind: FromDefault}
		for _, layer := range slices.Backward(l.layers) {
			for _, value := range layer {
				if value.key != s.Key {
					continue
				}
				if err := s.assign(&c, value.raw); err != nil {
					l.problems = append(l.problems, s.problem(value.at, err))
					continue
				}
				c.origins[s.Key] = Origin{Kind: value.kind, Source: value.at.source, Line: value.at.line}
			}
		}
	}
	return c
}

func fromFlags(flags map[string]string) ([]given, []Problem) {
	byFlag := map[string]Setting{}
	for _, s := range Settings() {
		byFlag[s.Flag()] = s
	}
	var values []given
	var problems []Problem
	for _, name := range sortedKeys(flags) {
		s, known := byFlag[name]
		if !known {
			problems = append(problems, Problem{Source: "--" + name, Reason: "unknown flag" + didYouMean(name, sortedKeys(byFlag))})
			continue
		}
		values = append(values, given{key: s.Key, raw: flags[name], kind: FromFlag, at: place{source: "--" + name}})
	}
	return values, problems
}

func fromEnviron(environ []string) ([]given, []Problem) {
	byVariable := map[string]Setting{}
	for _, s := range Settings() {
		byVariable[s.Variable()] = s
	}
	values := map[string]given{} // by variable: of two equal names the last counts, as in os/exec
	var problems []Problem
	for _, entry := range environ {
		name, raw, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, variablePrefix) || raw == "" || isForeignVariable(name) {
			continue
		}
		s, known := byVariable[name]
		if !known {
			problems = append(problems, Problem{Source: name, Reason: "unknown variable" + didYouMean(name, sortedKeys(byVariable))})
			continue
		}
		values[name] = given{key: s.Key, raw: raw, kind: FromEnviron, at: place{source: name}}
	}
	list := make([]given, 0, len(values))
	for _, name := range sortedKeys(values) {
		list = append(list, values[name])
	}
	return list, problems
}

// isForeignVariable knows the variables with our prefix that are no settings: those of commands, and those that Kubernetes
// and linked containers set for a service named guildhall (GUILDHALL_PORT_8080_TCP_ADDR and the like).
func isForeignVariable(name string) bool {
	switch name {
	case "GUILDHALL_URL", "GUILDHALL_TOKEN", "GUILDHALL_PORT", "GUILDHALL_NAME":
		return true
	}
	return strings.HasPrefix(name, "GUILDHALL_PORT_") || strings.Contains(name, "_SERVICE_HOST") ||
		strings.Contains(name, "_SERVICE_PORT") || strings.Contains(name, "_TCP_") || strings.HasSuffix(name, "_TCP") ||
		strings.HasPrefix(name, "GUILDHALL_ENV_")
}
