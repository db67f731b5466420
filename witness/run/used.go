package main

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"guildhall/witness/coverage"
)

// recordFile holds what each library is known to have used, relative to the root.
const recordFile = "witness/coverage/coverage.json"

// updateHint says how the record and its page are written anew.
const updateHint = "go run ./witness/run -update && go test ./witness/coverage -run TestLibrariesPage -update-libraries"

// used compares what a library has used with what the record claims, which docs/libraries.md repeats. Claiming too much is an
// error; what is used beyond is only told, and put down with -update.
func (r *runner) used(l library, use coverage.Use) error {
	file := filepath.Join(r.root, filepath.FromSlash(recordFile))
	record, err := coverage.Read(file)
	if errors.Is(err, fs.ErrNotExist) {
		record, err = coverage.Record{}, nil
	}
	if err != nil {
		return err
	}
	use.Version = l.version
	if r.update {
		record[l.name] = use
		return record.Write(file)
	}
	claim := record[l.name]
	outcome := row{Witness: l.name, Check: "coverage", OK: true}
	if missing := claim.Beyond(use); !missing.Empty() || claim.Version != l.version {
		outcome.OK = false
		outcome.Detail = "claimed of version " + claim.Version + " and not used: " + names(missing) + "\n" + updateHint
	} else if more := use.Beyond(claim); !more.Empty() {
		outcome.Detail = "used and not recorded: " + names(more) + "\n" + updateHint
	}
	r.table.add(outcome)
	return nil
}

func names(u coverage.Use) string { return strings.Join(append(u.Operations, u.Events...), " ") }
