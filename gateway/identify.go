package gateway

import (
	"encoding/json"
	"strings"

	"guildhall"
)

// Bounds of large_threshold, above how many members a guild is sent without those who are offline.
// discord: events/gateway-events#identify-identify-structure
const (
	largeThresholdMin     = 50
	largeThresholdMax     = 250
	largeThresholdDefault = largeThresholdMin
)

// Identify starts a session.
// discord: events/gateway-events#identify
type Identify struct {
	// Token is without the "Bot " that some libraries put before it.
	Token string `json:"token"`
	// BotToken says that it came with "Bot ", which only a bot's token may have; a bot's may lack it here, unlike in REST.
	BotToken   bool       `json:"-"`
	Properties Properties `json:"properties"`
	// Intents is nil where they were left out, which only people may.
	Intents        *guildhall.Intents `json:"intents"`
	Shard          *Shard             `json:"shard"`
	LargeThreshold int                `json:"large_threshold"`
	Presence       *PresenceUpdate    `json:"presence"`
}

// Properties say what the client is. Of them only the browser matters: it decides under which platform a user is shown.
type Properties struct{ Browser string }

// UnmarshalJSON takes the documented names and the older ones with a dollar sign, and passes over what is not text.
func (p *Properties) UnmarshalJSON(b []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	for _, name := range []string{"$browser", "browser"} {
		var browser string
		if json.Unmarshal(fields[name], &browser) == nil && browser != "" {
			p.Browser = browser
		}
	}
	return nil
}

// Shard is the part of a user's guilds that a session is for: the first of the numbers out of the second.
// discord: events/gateway#sharding
type Shard [2]int

// shardIDShift leaves a guild id's time, which is what shards are told apart by.
// discord: events/gateway#sharding-sharding-formula
const shardIDShift = 22

// Has tells whether the guild is the shard's; nil has all of them.
func (s *Shard) Has(guild guildhall.GuildID) bool {
	return s == nil || uint64(guild)>>shardIDShift%uint64(s[1]) == uint64(s[0])
}

// HasPrivate tells whether private channels are the shard's.
func (s *Shard) HasPrivate() bool { return s == nil || s[0] == 0 }

// shardsMax bounds the number of shards, several times what Discord's largest bots have. At 2,500 guilds a shard, Discord's
// limit, that is far more than a user can be in.
const shardsMax = 1 << 16

func (s *Shard) valid() bool { return s == nil || (s[0] >= 0 && s[0] < s[1] && s[1] <= shardsMax) }

// Resume goes on with a session.
// discord: events/gateway-events#resume
type Resume struct {
	Token     string  `json:"token"`
	BotToken  bool    `json:"-"` // as in Identify
	SessionID string  `json:"session_id"`
	Sequence  *uint64 `json:"seq"`
}

func (r *Resume) check() error {
	if r.Sequence == nil {
		return CloseDecodeError
	}
	r.Token, r.BotToken = bareToken(r.Token)
	return nil
}

// bareToken takes off what discordgo, serenity, eris and oceanic.js send before the token.
func bareToken(token string) (bare string, ofBot bool) { return strings.CutPrefix(token, "Bot ") }

func decodeIdentify(d json.RawMessage) (Request, error) {
	var loose struct {
		Intents json.RawMessage `json:"intents"`
		Shard   json.RawMessage `json:"shard"`
	}
	r, err := decodeBody[identifyBody](d, nil)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(d, &loose); err != nil {
		return nil, CloseDecodeError
	}
	id := (*Identify)(r.(*identifyBody))
	id.Token, id.BotToken = bareToken(id.Token)
	if id.LargeThreshold < largeThresholdMin || id.LargeThreshold > largeThresholdMax {
		id.LargeThreshold = largeThresholdDefault
	}
	// Numbers that are none, negative or too large have close codes of their own, so they are read last and apart.
	if present(loose.Intents) {
		id.Intents = new(guildhall.Intents)
		if json.Unmarshal(loose.Intents, id.Intents) != nil || *id.Intents&^guildhall.IntentsAll != 0 {
			return nil, CloseInvalidIntents
		}
	}
	if present(loose.Shard) {
		var shard []int
		if json.Unmarshal(loose.Shard, &shard) != nil || len(shard) != len(Shard{}) {
			return nil, CloseInvalidShard
		}
		if id.Shard = (*Shard)(shard); !id.Shard.valid() {
			return nil, CloseInvalidShard
		}
	}
	return id, nil
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// identifyBody is Identify without the fields that decodeIdentify reads apart.
type identifyBody Identify

func (*identifyBody) opcode() Opcode { return OpIdentify }

// UnmarshalJSON reads all but intents and shard.
func (b *identifyBody) UnmarshalJSON(text []byte) error {
	var fields struct {
		Token          string          `json:"token"`
		Properties     *Properties     `json:"properties"`
		LargeThreshold *int            `json:"large_threshold"`
		Presence       *PresenceUpdate `json:"presence"`
		Compress       *bool           `json:"compress"` // asks for compressed payloads, which a server need not send
	}
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	*b = identifyBody{Token: fields.Token, Presence: fields.Presence}
	if fields.Properties != nil {
		b.Properties = *fields.Properties
	}
	if fields.LargeThreshold != nil {
		b.LargeThreshold = *fields.LargeThreshold
	}
	return nil
}
