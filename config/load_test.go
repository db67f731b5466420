package config_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"guildhall"
	"guildhall/config"
)

func TestPrecedence(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "settings.toml")
	writeFile(t, path, "log_level = \"debug\"\nlog_format = \"json\"\ndrain_timeout = \"30s\"\n")
	c := load(t, config.Sources{
		Flags:   map[string]string{"log-level": "error", "config": path},
		Environ: []string{"GUILDHALL_LOG_LEVEL=warn", "GUILDHALL_DRAIN_TIMEOUT=40s", "GUILDHALL_REGISTRATION=", "HOME=/root"},
	})
	if c.LogLevel != slog.LevelError || c.DrainTimeout != 40*time.Second || c.LogFormat != config.LogJSON ||
		c.Registration != config.RegistrationInvite {
		t.Errorf("got %+v", c)
	}
	want := map[string]string{
		"log_level": "--log-level", "drain_timeout": "GUILDHALL_DRAIN_TIMEOUT", "log_format": path + ":2",
		"registration": "default", "config": "--config",
	}
	for key, origin := range want {
		if got := find(t, c, key).Origin.String(); got != origin {
			t.Errorf("%s comes from %s, want %s", key, got, origin)
		}
	}
}

// TestEverySource sets each setting by flag and by variable, so that a row cannot be wired to another one's field.
func TestEverySource(t *testing.T) {
	t.Parallel()
	values := map[string]string{
		"listen": "127.0.0.1:1", "data": "/srv/a", "store": "sqlite:/srv/b", "ops_listen": "127.0.0.1:2", "drain_timeout": "2s",
		"public_url": "https://a.example", "cdn_url": "https://b.example", "rate_limits": "off", "registration": "open", "unfurl": "off",
		"allowed_origins": "https://c.example,https://d.example", "log_level": "warn", "log_format": "json",
		"gateway.heartbeat_interval": "3s", "gateway.replay_age": "4s", "gateway.replay_bytes_max": "128KiB",
		"gateway.queue_bytes_max": "512KiB", "roles": "edge,api,guilds,sessions,push", "trusted_proxies": "127.0.0.1/32,2001:db8::/32", "allowed_targets": "10.0.0.1/32",
		"connections_per_address": "77",
	}
	flags, environ := map[string]string{}, []string{}
	for _, f := range config.Flags() {
		if value, ok := values[f.Key]; ok {
			flags[f.Name] = value
			environ = append(environ, f.Variable+"="+value)
		}
	}
	byFlag, byVariable := load(t, config.Sources{Flags: flags}), load(t, config.Sources{Environ: environ})
	for key, want := range values {
		for _, c := range []config.Config{byFlag, byVariable} {
			v := find(t, c, key)
			got, ok := v.Value.(string)
			if list, isList := v.Value.([]string); isList {
				got, ok = strings.Join(list, ","), true
			}
			if !ok || got != want {
				t.Errorf("%s from %s is %v, want %s", key, v.Origin, v.Value, want)
			}
		}
	}
	want := config.Gateway{HeartbeatInterval: 3 * time.Second, ReplayAge: 4 * time.Second, ReplayBytesMax: 128 << 10, QueueBytesMax: 512 << 10}
	if byFlag.Gateway != want || byFlag.Store != (config.Store{Engine: config.EngineSQLite, Dir: "/srv/b"}) {
		t.Errorf("got %+v", byFlag)
	}
}

func TestFileInDataFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, config.FileName), "log_level = \"debug\"\n")
	t.Run("is read", func(t *testing.T) {
		t.Parallel()
		c := load(t, config.Sources{Flags: map[string]string{"data": dir}})
		if c.LogLevel != slog.LevelDebug || c.File != filepath.Join(dir, config.FileName) || c.Store.Dir != dir {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("gives way to a named one", func(t *testing.T) {
		t.Parallel()
		other := filepath.Join(t.TempDir(), "other.toml")
		writeFile(t, other, "data = \"/srv/guildhall\"\n")
		c := load(t, config.Sources{Environ: []string{"GUILDHALL_DATA=" + dir}, File: other})
		if c.LogLevel != slog.LevelInfo || c.Data != dir || c.File != other {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("cannot move the folder", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, config.FileName), "\ndata = \"/srv/guildhall\"\n")
		refused(t, config.Sources{Flags: map[string]string{"data": dir}}, "guildhall.toml:2: data: cannot be set here")
	})
}

func TestDefaultsThatDepend(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		flags      map[string]string
		ops        string
		rateLimits config.RateLimits
		store      string
	}{
		"plain":               {nil, "127.0.0.1:8081", config.RateLimitsDiscord, "sqlite:./guildhall-data"},
		"free port":           {map[string]string{"listen": "127.0.0.1:0"}, "127.0.0.1:0", config.RateLimitsDiscord, "sqlite:./guildhall-data"},
		"dev":                 {map[string]string{"dev": "true"}, "127.0.0.1:0", config.RateLimitsCount, "memory"},
		"dev, limits as told": {map[string]string{"dev": "true", "rate-limits": "discord"}, "127.0.0.1:0", config.RateLimitsDiscord, "memory"},
		"ops as told":         {map[string]string{"dev": "1", "ops-listen": "off"}, "", config.RateLimitsCount, "memory"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := load(t, config.Sources{Flags: test.flags})
			if c.OpsListen != test.ops || c.RateLimits != test.rateLimits || c.Store.String() != test.store {
				t.Errorf("got ops %q, rate limits %q, store %q", c.OpsListen, c.RateLimits, c.Store)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		flags   map[string]string
		environ []string
		want    string
	}{
		"unknown flag":        {map[string]string{"lisen": "x"}, nil, `--lisen: unknown flag, did you mean "listen"?`},
		"unknown variable":    {nil, []string{"GUILDHALL_LOGLEVEL=debug"}, `GUILDHALL_LOGLEVEL: unknown variable, did you mean "GUILDHALL_LOG_LEVEL"?`},
		"bounds of a flag":    {map[string]string{"drain-timeout": "6m"}, nil, "--drain-timeout: drain_timeout: 6m is above the maximum (allowed: 1s to 5m)"},
		"bounds of a hidden":  {map[string]string{"drain-timeout": "5m"}, []string{"GUILDHALL_DRAIN_TIMEOUT=6m"}, "GUILDHALL_DRAIN_TIMEOUT: drain_timeout: 6m is above"},
		"dev from outside":    {map[string]string{"dev": "true", "listen": ":8080"}, nil, `--listen: listen: ":8080" can be reached from outside`},
		"dev, ops outside":    {map[string]string{"dev": "true", "ops-listen": "10.0.0.1:1"}, nil, `--ops-listen: ops_listen: "10.0.0.1:1" can be reached from outside`},
		"dev with a store":    {map[string]string{"dev": "true", "store": "sqlite:/srv/a"}, nil, "--store: store: --dev keeps everything in memory"},
		"dev neither nor":     {map[string]string{"dev": "yes"}, nil, `--dev: dev: "yes" is neither true nor false`},
		"store is empty":      {map[string]string{"store": "sqlite:"}, nil, "names no place"},
		"flags go first":      {map[string]string{"listen": "x"}, []string{"GUILDHALL_DATA=/"}, "--listen: listen: \"x\" is not HOST:PORT\nGUILDHALL_DATA: data:"},
		"one rule at a time":  {map[string]string{"gateway-replay-age": "0s"}, nil, "--gateway-replay-age: gateway.replay_age: 0s is below the minimum"},
		"nul in a path":       {map[string]string{"data": "a\x00b"}, nil, "zero byte"},
		"a mapped network":    {map[string]string{"allowed-targets": "::ffff:10.0.0.0/104"}, nil, "write 10.0.0.0/8"},
		"a mapped proxy":      {map[string]string{"trusted-proxies": "::ffff:10.1.2.3/128"}, nil, "write 10.1.2.3/32"},
		"all mapped ones":     {map[string]string{"trusted-proxies": "::ffff:0:0/96"}, nil, "write 0.0.0.0/0"},
		"address with a name": {map[string]string{"dev": "true", "listen": "example.org:80"}, nil, "can be reached from outside"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, config.Sources{Flags: test.flags, Environ: test.environ}, test.want)
		})
	}
}

// TestForeignVariables: a Kubernetes service named guildhall puts such variables into every container of its namespace.
func TestForeignVariables(t *testing.T) {
	t.Parallel()
	load(t, config.Sources{Environ: []string{
		"GUILDHALL_URL=http://127.0.0.1:8081", "GUILDHALL_TOKEN=x",
		"GUILDHALL_SERVICE_HOST=10.0.0.1", "GUILDHALL_SERVICE_PORT=8080", "GUILDHALL_SERVICE_PORT_HTTP=8080",
		"GUILDHALL_PORT=tcp://10.0.0.1:8080", "GUILDHALL_PORT_8080_TCP=tcp://10.0.0.1:8080", "GUILDHALL_PORT_8080_TCP_ADDR=10.0.0.1",
		"GUILDHALL_OPS_SERVICE_HOST=10.0.0.2", "GUILDHALL_OPS_PORT_8081_TCP_PROTO=tcp",
	}})
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		flags map[string]string
		want  []string
	}{
		"none":                {nil, nil},
		"off at home":         {map[string]string{"rate-limits": "off"}, nil},
		"off in public":       {map[string]string{"rate-limits": "off", "listen": ":80"}, []string{"rate_limits"}},
		"off, proxied":        {map[string]string{"rate-limits": "off", "public-url": "https://a.example"}, []string{"rate_limits", "trusted_proxies"}},
		"proxy":               {map[string]string{"public-url": "https://a.example", "trusted-proxies": "127.0.0.1"}, nil},
		"tokens in clear":     {map[string]string{"public-url": "http://a.example:80"}, []string{"public_url"}},
		"clear at home":       {map[string]string{"public-url": "http://127.0.0.1"}, nil},
		"a neighbour":         {map[string]string{"allowed-targets": "10.0.0.5,192.168.1.0/24"}, nil},
		"this machine":        {map[string]string{"allowed-targets": "10.0.0.5,127.0.0.1"}, []string{"allowed_targets"}},
		"metadata":            {map[string]string{"allowed-targets": "169.254.0.0/16"}, []string{"allowed_targets"}},
		"this machine, as 0":  {map[string]string{"allowed-targets": "0.0.0.0"}, []string{"allowed_targets"}},
		"this machine, as ::": {map[string]string{"allowed-targets": "::"}, []string{"allowed_targets"}},
		"metadata over IPv6":  {map[string]string{"allowed-targets": "fd00:ec2::254"}, []string{"allowed_targets"}},
		"metadata, carrier's": {map[string]string{"allowed-targets": "100.64.0.0/10"}, []string{"allowed_targets"}},
		"open metrics":        {map[string]string{"ops-listen": ":8081"}, []string{"ops_listen"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range load(t, config.Sources{Flags: test.flags}).Warnings() {
				got = append(got, w.Key)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestShowJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := load(t, config.Sources{Flags: map[string]string{"ops-listen": "off"}}).WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var shown struct{ Settings []config.Value }
	if err := json.Unmarshal(out.Bytes(), &shown); err != nil {
		t.Fatal(err)
	}
	if len(shown.Settings) != len(config.Settings()) {
		t.Fatalf("%d settings shown, want %d", len(shown.Settings), len(config.Settings()))
	}
	i := slices.IndexFunc(shown.Settings, func(v config.Value) bool { return v.Key == "ops_listen" })
	want := config.Value{Key: "ops_listen", Value: "off", Origin: config.Origin{Kind: config.FromFlag, Source: "--ops-listen"}}
	if !reflect.DeepEqual(shown.Settings[i], want) {
		t.Errorf("got %+v, want %+v", shown.Settings[i], want)
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	c := load(t, config.Sources{})
	if !c.AnyOrigin() || !c.LoopbackOnly() {
		t.Errorf("default: any origin %t, loopback only %t", c.AnyOrigin(), c.LoopbackOnly())
	}
	c = load(t, config.Sources{Flags: map[string]string{"allowed-origins": "https://a.example", "listen": "[::]:80"}})
	if c.AnyOrigin() || c.LoopbackOnly() {
		t.Errorf("set: any origin %t, loopback only %t", c.AnyOrigin(), c.LoopbackOnly())
	}
}

// load is for sources that must be taken.
func load(t *testing.T, sources config.Sources) config.Config {
	t.Helper()
	c, err := config.Load(sources)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func refused(t *testing.T, sources config.Sources, want string) {
	t.Helper()
	_, err := config.Load(sources)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func find(t *testing.T, c config.Config, key string) config.Value {
	t.Helper()
	for _, v := range c.Origins() {
		if v.Key == key {
			return v
		}
	}
	t.Fatalf("no setting %s", key)
	return config.Value{}
}

// TestLimits sets each limit by flag and by variable to a value that its neighbours don't have.
func TestLimits(t *testing.T) {
	t.Parallel()
	flags, environ := map[string]string{}, []string{}
	table := guildhall.LimitTable()
	for i, entry := range table {
		value := strconv.Itoa(1 + i%9)
		flags["limits-"+strings.ReplaceAll(entry.Key, "_", "-")] = value
		environ = append(environ, "GUILDHALL_LIMITS_"+strings.ToUpper(entry.Key)+"="+value)
	}
	for _, c := range []config.Config{load(t, config.Sources{Flags: flags}), load(t, config.Sources{Environ: environ})} {
		for i, entry := range table {
			if got := c.Limits.Of(guildhall.Limit(i)); got != 1+i%9 {
				t.Errorf("%s is %d, want %d", entry.Key, got, 1+i%9)
			}
		}
	}
	c := load(t, config.Sources{})
	for i, entry := range table {
		if got := c.Limits.Of(guildhall.Limit(i)); int64(got) != entry.Default {
			t.Errorf("%s is %d by default, want %d", entry.Key, got, entry.Default)
		}
	}
	refused(t, config.Sources{Flags: map[string]string{"limits-role": "3"}}, `--limits-role: unknown flag, did you mean "limits-roles"?`)
	refused(t, config.Sources{Environ: []string{"GUILDHALL_LIMITS_ROLES=0"}}, "limits.roles: 0 is below the minimum (allowed: 1 to 1000)")
}
