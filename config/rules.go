package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
)

// statFile tells a file from a folder of the same name.
func statFile(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("look for settings: %w", err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("look for settings: %s is a folder", path)
	}
	return info, nil
}

func defaultOf(key string) string {
	for _, s := range Settings() {
		if s.Key == key {
			return s.Default
		}
	}
	panic("config: no setting " + key)
}

// derive fills in the defaults that depend on other settings.
func (l *layers) derive(c *Config) {
	if l.unset(c, "store") {
		c.Store = Store{Engine: EngineSQLite, Dir: c.Data}
		if c.Dev {
			c.Store = Store{Engine: EngineMemory}
		}
	}
	if l.unset(c, "ops_listen") && (c.Dev || portOf(c.Listen) == "0") {
		c.OpsListen = "127.0.0.1:0"
	}
	if l.unset(c, "rate_limits") && c.Dev {
		c.RateLimits = RateLimitsCount
	}
}

func (l *layers) unset(c *Config, key string) bool { return c.origins[key].Kind == FromDefault }

func portOf(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	return port
}

// rule is a condition between settings. It blames one key, whose source is named.
type rule struct {
	key    string
	broken func(*Config) bool
	reason func(*Config) string
}

func rules() []rule {
	return []rule{
		{"listen", func(c *Config) bool { return c.Dev && !c.LoopbackOnly() }, func(c *Config) string {
			return fmt.Sprintf("%q can be reached from outside, and with --dev everybody knows the tokens: use 127.0.0.1:PORT", c.Listen)
		}},
		{"ops_listen", func(c *Config) bool { return c.Dev && c.OpsListen != "" && !isLoopback(c.OpsListen) }, func(c *Config) string {
			return fmt.Sprintf("%q can be reached from outside, and with --dev everybody knows the operator's token: use 127.0.0.1:PORT", c.OpsListen)
		}},
		{"ops_listen", func(c *Config) bool { return sameAddress(c.Listen, c.OpsListen) }, func(c *Config) string {
			return fmt.Sprintf("%q is the address of the public listener too: operator commands need one of their own", c.OpsListen)
		}},
		{"world", func(c *Config) bool { return c.World != "" && !c.Dev }, func(*Config) string {
			return "only --dev starts with a world from a file: add --dev, or leave it out"
		}},
		{"store", func(c *Config) bool { return c.Dev && c.Store.Engine != EngineMemory }, func(*Config) string {
			return "--dev keeps everything in memory: leave out one of the two"
		}},
		{"roles", func(c *Config) bool { return !slices.Equal(c.Roles, AllRoles()) }, func(*Config) string {
			return "running some roles only needs --store cassandra:… and --nats, which this version does not have: leave it out"
		}},
		{"gateway.replay_age", func(c *Config) bool { return c.Gateway.ReplayAge < c.Gateway.HeartbeatInterval }, func(c *Config) string {
			return fmt.Sprintf("%s is less than gateway.heartbeat_interval (%s): a client notices a dead socket at its next heartbeat, when the session would already be gone",
				formatDuration(c.Gateway.ReplayAge), formatDuration(c.Gateway.HeartbeatInterval))
		}},
		{"gateway.replay_bytes_max", func(c *Config) bool { return c.Gateway.ReplayBytesMax > c.Gateway.QueueBytesMax }, func(c *Config) string {
			return fmt.Sprintf("%s is more than gateway.queue_bytes_max (%s): a RESUME that replays all of it would be closed as too slow",
				formatBytes(c.Gateway.ReplayBytesMax), formatBytes(c.Gateway.QueueBytesMax))
		}},
	}
}

// sameAddress compares fixed ports; an empty host listens on every address and so collides with each.
func sameAddress(a, b string) bool {
	if b == "" || portOf(a) != portOf(b) || portOf(a) == "0" {
		return false
	}
	hostA, _, _ := net.SplitHostPort(a) // both were checked when they were parsed
	hostB, _, _ := net.SplitHostPort(b)
	everywhere := []string{"", "0.0.0.0", "::"}
	return hostA == hostB || slices.Contains(everywhere, hostA) || slices.Contains(everywhere, hostB)
}

// checkRules returns the rules between settings that are broken. Where the blamed setting is at its default, the other one was
// set: the reason names both.
func checkRules(c *Config) []Problem {
	var problems []Problem
	for _, r := range rules() {
		if r.broken(c) {
			at := c.origins[r.key]
			problems = append(problems, Problem{Source: at.Source, Line: at.Line, Key: r.key, Reason: r.reason(c)})
		}
	}
	return problems
}

var errDataInItself = errors.New("cannot be set here: this file was found through the data folder; use --data, or name the file with --config")
