package config_test

import (
	"regexp"
	"strings"
	"testing"

	"guildhall/config"
)

// TestTable holds every row to what the derived texts rely on.
func TestTable(t *testing.T) {
	t.Parallel()
	keyForm := regexp.MustCompile(`^([a-z]+\.)?[a-z]+(_[a-z]+)*$`)
	seen := map[string]string{}
	for _, s := range config.Settings() {
		if !keyForm.MatchString(s.Key) || s.Doc == "" || strings.HasSuffix(s.Doc, ".") {
			t.Errorf("%s: odd key or doc %q", s.Key, s.Doc)
		}
		if (s.Min == "") != (s.Max == "") || (s.Min != "") != (s.Why != "") {
			t.Errorf("%s: bounds %q to %q with the reason %q", s.Key, s.Min, s.Max, s.Why)
		}
		for _, name := range []string{s.Key, s.Flag(), s.Variable()} {
			if other, ok := seen[name]; ok && other != s.Key {
				t.Errorf("%s and %s share the name %s", other, s.Key, name)
			}
			seen[name] = s.Key
		}
	}
}

// TestBounds: what a refusal gives as the allowed range is taken at both ends.
func TestBounds(t *testing.T) {
	t.Parallel()
	// A setting whose bound another one limits is tried with that one moved away.
	aside := map[string]map[string]string{
		"gateway.heartbeat_interval": {"gateway-replay-age": "10m"},
		"gateway.replay_age":         {"gateway-heartbeat-interval": "1s"},
		"gateway.replay_bytes_max":   {"gateway-queue-bytes-max": "64MiB"},
		"gateway.queue_bytes_max":    {"gateway-replay-bytes-max": "64KiB"},
	}
	for _, s := range config.Settings() {
		for _, end := range []string{s.Min, s.Max} {
			if end == "" {
				continue
			}
			flags := map[string]string{s.Flag(): end}
			for name, value := range aside[s.Key] {
				flags[name] = value
			}
			c := load(t, config.Sources{Flags: flags})
			if got := find(t, c, s.Key).Value; got != end {
				t.Errorf("%s = %s is shown as %v", s.Key, end, got)
			}
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, f := range config.Flags() {
		if f.Key == "gateway.replay_bytes_max" {
			if f.Name != "gateway-replay-bytes-max" || f.Variable != "GUILDHALL_GATEWAY_REPLAY_BYTES_MAX" {
				t.Errorf("got --%s and %s", f.Name, f.Variable)
			}
			return
		}
	}
	t.Error("gateway.replay_bytes_max has no flag")
}
