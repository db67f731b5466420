package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by release builds with the link flag -X main.version=…
var version = ""

type versionInfo struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func thisVersion() versionInfo {
	v := versionInfo{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Revision = s.Value
			}
		}
		if v.Version == "" {
			v.Version = info.Main.Version
		}
	}
	if v.Version == "" || v.Version == "(devel)" {
		v.Version = "development"
	}
	return v
}

func versionCommand(_ context.Context, s streams, args []string) error {
	f := flagSet("version")
	asJSON := f.Bool("json", false, "print JSON")
	if _, err := parse(f, s, "Prints the version of this binary.", args); err != nil {
		return helpOr(err)
	}
	v := thisVersion()
	if *asJSON {
		return json.NewEncoder(s.out).Encode(v)
	}
	_, err := fmt.Fprintf(s.out, "guildhall %s %s %s %s\n", v.Version, v.Revision, v.Go, v.Platform)
	return err
}
