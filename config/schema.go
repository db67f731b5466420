package config

import (
	"net/netip"
	"strings"
	"time"
)

// AllRoles returns the node roles in the order in which they are listed.
func AllRoles() []string { return []string{"edge", "api", "guilds", "sessions", "push"} }

// Settings returns the table from which everything else is derived: flags, variables, defaults, bounds and documentation.
func Settings() []Setting {
	table := append(nodeSettings(), clientSettings()...)
	return append(append(append(table, logSettings()...), gatewaySettings()...), limitSettings()...)
}

// nodeSettings say what this process is and where it keeps things.
func nodeSettings() []Setting {
	return []Setting{
		addressSetting("listen", "127.0.0.1:8080", func(c *Config) *string { return &c.Listen },
			"address of the public listener; port 0 takes a free one"),
		folderSetting("data", "./guildhall-data", func(c *Config) *string { return &c.Data },
			"data folder; locked while the server runs"),
		flagOnly(fileSetting("config", func(c *Config) *string { return &c.File },
			"settings file in TOML; without it DIR/guildhall.toml is read if it exists, DIR being the data folder"),
			"a settings file cannot name another one"),
		listSetting("roles", strings.Join(AllRoles(), ","), AllRoles(), func(c *Config) *[]string { return &c.Roles },
			"node roles of this process; this version runs all of them or none"),
		flagOnly(boolSetting("dev", func(c *Config) *bool { return &c.Dev },
			"keep everything in memory, accept connections from this machine only, and use the same ids and tokens every time"),
			"left behind in a file it would lose all data at each restart: use --dev"),
		fileSetting("world", func(c *Config) *string { return &c.World },
			"with --dev: file with the users, guilds and bots to start with; without it the embedded one"),
		storeSetting("store", func(c *Config) *Store { return &c.Store },
			"where the log and its projections are kept: sqlite:DIR (default: the data folder)"),
		bytesSetting("disk_reserve", 128<<20, 1<<20, 1<<40, func(c *Config) *int64 { return &c.DiskReserve },
			"room on the data's disk that is kept free: files are refused when twice as much is left, messages when no more than this is",
			"below 1 MiB the log can't be moved into the database any more, above 1 TiB it is a mistake"),
		opsSetting("ops_listen", "127.0.0.1:8081", func(c *Config) *string { return &c.OpsListen },
			"address of the ops listener (health, metrics, operator commands), or off; a free port when listen has port 0 or with --dev"),
		durationSetting("drain_timeout", 20*time.Second, time.Second, 5*time.Minute,
			func(c *Config) *time.Duration { return &c.DrainTimeout },
			"how long a stopping server hands over its sessions before it closes what is left",
			"below a second clients are cut off, above five minutes supervisors kill the process first"),
	}
}

// clientSettings say who may use the server and what clients are told.
func clientSettings() []Setting {
	return []Setting{
		urlSetting("public_url", func(c *Config) *string { return &c.PublicURL },
			"URL that clients are given for the API and the gateway; without it the listener's address"),
		urlSetting("cdn_url", func(c *Config) *string { return &c.CDNURL },
			"URL of a second origin for /cdn; without it public_url"),
		choiceSetting("rate_limits", RateLimitsDiscord, []RateLimits{RateLimitsDiscord, RateLimitsOff},
			func(c *Config) *RateLimits { return &c.RateLimits },
			"discord enforces Discord's documented limits, off lifts them; with --dev and without this they are counted and reported only"),
		choiceSetting("registration", RegistrationInvite, []Registration{RegistrationInvite, RegistrationOpen, RegistrationClosed},
			func(c *Config) *Registration { return &c.Registration },
			"who may make an account: people with an invite, everybody, or only the operator for others"),
		choiceSetting("unfurl", UnfurlOn, []Unfurl{UnfurlOn, UnfurlOff}, func(c *Config) *Unfurl { return &c.Unfurl },
			"fetch what messages link to and show it as embeds; with --dev and without this it is off"),
		originsSetting("allowed_origins", func(c *Config) *[]string { return &c.AllowedOrigins },
			"origins of web pages that may use the API, the CDN and the gateway; * is every origin"),
		boolSetting("allow_private_targets", func(c *Config) *bool { return &c.AllowPrivateTargets },
			"let applications name addresses of this machine and the network around it as their endpoints; with --dev they may"),
		networksSetting("allowed_targets", func(c *Config) *[]netip.Prefix { return &c.AllowedTargets },
			"addresses or networks that are not public and that whoever writes a message may have fetched from, on every port; none by default"),
		proxiesSetting("trusted_proxies", func(c *Config) *[]netip.Prefix { return &c.TrustedProxies },
			"addresses or networks (192.0.2.0/24) of reverse proxies whose X-Forwarded-For says where a request comes from; none by default"),
		numberSetting("connections_per_address", 1000, 10, 19_000, func(c *Config) *int64 { return &c.ConnectionsPerAddress },
			"connections, and gateway sockets, that one address may have open; this machine and trusted proxies are not counted",
			"a browser opens six and a household shares an address, and a process has room for 19,000 sockets"),
	}
}

func logSettings() []Setting {
	return []Setting{
		levelSetting("log_level", "info", "least severe log lines to write: debug, info, warn or error"),
		choiceSetting("log_format", LogText, []LogFormat{LogText, LogJSON},
			func(c *Config) *LogFormat { return &c.LogFormat }, "format of log lines on stderr"),
	}
}

func gatewaySettings() []Setting {
	return []Setting{
		// discord: events/gateway#sending-heartbeats shows 45000; the live service has long told clients 41250.
		durationSetting("gateway.heartbeat_interval", 41250*time.Millisecond, time.Second, 2*time.Minute,
			func(c *Config) *time.Duration { return &c.Gateway.HeartbeatInterval },
			"heartbeat interval told to clients in HELLO",
			"below a second heartbeats outweigh the events, above two minutes home routers forget the connection"),
		durationSetting("gateway.replay_age", 2*time.Minute, time.Second, 10*time.Minute,
			func(c *Config) *time.Duration { return &c.Gateway.ReplayAge },
			"how long a session without a socket can be resumed, and how old an event in its replay buffer may be",
			"objects keep ten minutes of events from which a session can be brought up to date"),
		bytesSetting("gateway.replay_bytes_max", 1<<20, 64<<10, 16<<20,
			func(c *Config) *int64 { return &c.Gateway.ReplayBytesMax },
			"bytes of events that one session keeps for RESUME",
			"below 64 KiB one reply to a member request empties it, above 16 MiB a few thousand sessions fill a machine"),
		bytesSetting("gateway.queue_bytes_max", 4<<20, 256<<10, 64<<20,
			func(c *Config) *int64 { return &c.Gateway.QueueBytesMax },
			"bytes of frames that may wait for one socket; a slower client is closed and may resume",
			"below 256 KiB one GUILD_CREATE does not fit, above 64 MiB a few stalled clients fill a machine"),
	}
}
