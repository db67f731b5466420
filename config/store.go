package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// Engine is what keeps the log and its projections.
type Engine string

// The engines. EngineMemory belongs to --dev and cannot be asked for.
const (
	EngineSQLite Engine = "sqlite"
	EngineMemory Engine = "memory"
)

// Store says where the log and its projections are kept.
type Store struct {
	Engine Engine
	Dir    string // EngineSQLite: folder of the database
}

// String returns the store in the syntax of the setting.
func (s Store) String() string {
	if s.Dir == "" {
		return string(s.Engine)
	}
	return string(s.Engine) + ":" + s.Dir
}

func parseStore(raw string) (Store, error) {
	engine, rest, found := strings.Cut(raw, ":")
	switch {
	case !found || rest == "":
		return Store{}, fmt.Errorf("%q names no place: write ENGINE:PLACE", raw)
	case engine == string(EngineSQLite) && strings.HasPrefix(rest, "//"):
		return Store{}, fmt.Errorf("%q is a URL: write sqlite:%s", raw, strings.TrimPrefix(rest, "//"))
	case engine == string(EngineSQLite):
		if err := checkFolder(rest); err != nil {
			return Store{}, err
		}
		return Store{Engine: EngineSQLite, Dir: filepath.Clean(rest)}, nil
	case engine == "cassandra":
		if err := checkHosts(rest); err != nil {
			return Store{}, err
		}
		return Store{}, errors.New("cassandra is not available in this version: use sqlite:DIR")
	}
	return Store{}, fmt.Errorf("there is no store engine %q%s", engine, didYouMean(engine, []string{"sqlite", "cassandra"}))
}

// checkHosts checks HOST[:PORT],…
func checkHosts(list string) error {
	for host := range strings.SplitSeq(list, ",") {
		if host == "" {
			return fmt.Errorf("%q has an empty entry: write HOST[:PORT],…", list)
		}
		if err := checkAddress(withPort(host)); err != nil {
			return err
		}
	}
	return nil
}

// checkFolder refuses folders that are certainly a slip: everything is kept below them.
func checkFolder(path string) error {
	clean := filepath.Clean(path)
	if filepath.IsAbs(path) && filepath.Dir(clean) == clean {
		return fmt.Errorf("%q is the root folder: the whole disk would belong to the server", path)
	}
	return checkPath(path)
}

func checkPath(path string) error {
	switch {
	case path == "":
		return errors.New("is empty: write a path")
	case strings.ContainsRune(path, 0):
		return errors.New("contains a zero byte")
	case strings.Contains(path, "://"):
		return fmt.Errorf("%q is a URL: write a path on this machine", path)
	}
	return nil
}
