package config

import (
	"fmt"
	"net"
	"slices"
)

// derive fills in the defaults that depend on other settings.
func derive(c *Config) {
	unset := func(key string) bool { return c.origins[key].Kind == FromDefault }
	if unset("store") {
		c.Store = Store{Engine: EngineSQLite, Dir: c.Data}
		if c.Dev {
			c.Store = Store{Engine: EngineMemory}
		}
	}
	if unset("ops_listen") && (c.Dev || portOf(c.Listen) == "0") {
		c.OpsListen = "127.0.0.1:0"
	}
	if unset("rate_limits") && c.Dev {
		c.RateLimits = RateLimitsCount
	}
	if unset("unfurl") && c.Dev {
		c.Unfurl = UnfurlOff // a bot's tests see the same events every time
	}
}

func portOf(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	return port
}

// rule is a condition that settings have to keep together.
type rule struct {
	keys  []string // the first of them that is not at its default is the place of the problem
	check func(*Config) string
}

// rules returns the conditions; check returns what is wrong, or nothing.
func rules() []rule {
	return []rule{
		{[]string{"listen", "dev"}, func(c *Config) string { return devReachable(c, c.Listen) }},
		{[]string{"ops_listen", "dev"}, func(c *Config) string { return devReachable(c, c.OpsListen) }},
		{[]string{"ops_listen", "listen"}, checkListeners},
		{[]string{"world", "dev"}, checkWorld},
		{[]string{"store", "dev"}, checkStore},
		{[]string{"roles"}, checkRoles},
		{[]string{"gateway.replay_age", "gateway.heartbeat_interval"}, checkReplayAge},
		{[]string{"gateway.replay_bytes_max", "gateway.queue_bytes_max"}, checkReplayBytes},
	}
}

func devReachable(c *Config, address string) string {
	if !c.Dev || address == "" || isLoopback(address) {
		return ""
	}
	return fmt.Sprintf("%q can be reached from outside, and with --dev everybody knows the tokens: use 127.0.0.1:PORT", address)
}

// checkListeners compares fixed ports. An empty host listens on every address and so collides with each.
func checkListeners(c *Config) string {
	if c.OpsListen == "" || portOf(c.Listen) != portOf(c.OpsListen) || portOf(c.Listen) == "0" {
		return ""
	}
	public, _, _ := net.SplitHostPort(c.Listen) // both were checked when they were parsed
	ops, _, _ := net.SplitHostPort(c.OpsListen)
	everywhere := []string{"", "0.0.0.0", "::"}
	if public != ops && !slices.Contains(everywhere, public) && !slices.Contains(everywhere, ops) {
		return ""
	}
	return fmt.Sprintf("listen (%s) and ops_listen (%s) are one address: operator commands need their own", c.Listen, c.OpsListen)
}

func checkWorld(c *Config) string {
	if c.World == "" || c.Dev {
		return ""
	}
	return "only --dev starts with a world from a file: add --dev, or leave it out"
}

func checkStore(c *Config) string {
	if !c.Dev || c.Store.Engine == EngineMemory {
		return ""
	}
	return "--dev keeps everything in memory: leave out one of the two"
}

func checkRoles(c *Config) string {
	if slices.Equal(c.Roles, AllRoles()) {
		return ""
	}
	return "running some roles only needs --store cassandra:… and --nats, which this version does not have: leave it out"
}

func checkReplayAge(c *Config) string {
	if c.Gateway.ReplayAge >= c.Gateway.HeartbeatInterval {
		return ""
	}
	return fmt.Sprintf("replay_age (%s) is less than heartbeat_interval (%s): a client notices a dead socket at its next heartbeat, when its session would be gone",
		formatDuration(c.Gateway.ReplayAge), formatDuration(c.Gateway.HeartbeatInterval))
}

func checkReplayBytes(c *Config) string {
	if c.Gateway.ReplayBytesMax <= c.Gateway.QueueBytesMax {
		return ""
	}
	return fmt.Sprintf("replay_bytes_max (%s) is more than queue_bytes_max (%s): a RESUME that replays all of it would be closed as too slow",
		formatBytes(c.Gateway.ReplayBytesMax), formatBytes(c.Gateway.QueueBytesMax))
}

// checkRules adds the rules that are broken, leaving out those whose settings were refused already.
func (l *layers) checkRules(c *Config) {
	refused := map[string]bool{}
	for _, p := range l.problems {
		refused[p.Key] = true
	}
	for _, r := range rules() {
		if slices.ContainsFunc(r.keys, func(key string) bool { return refused[key] }) {
			continue
		}
		if reason := r.check(c); reason != "" {
			key, at := r.place(c)
			l.problems = append(l.problems, Problem{Source: at.Source, Line: at.Line, Key: key, Reason: reason})
		}
	}
}

func (r rule) place(c *Config) (string, Origin) {
	for _, key := range r.keys {
		if at := c.origins[key]; at.Kind != FromDefault {
			return key, at
		}
	}
	return r.keys[0], Origin{}
}
