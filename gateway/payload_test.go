package gateway_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"guildhall"
	"guildhall/gateway"
)

func intents(i guildhall.Intents) *guildhall.Intents { return &i }

func text(s string) *string { return &s }

// TestDecodeRequest has the forms in which real libraries send each request.
func TestDecodeRequest(t *testing.T) {
	t.Parallel()
	seven := uint64(7)
	tests := map[string]struct {
		payload string
		want    gateway.Request
	}{
		"heartbeat":         {`{"op":1,"d":7}`, gateway.Heartbeat{Sequence: 7}},
		"heartbeat of null": {`{"op":1,"d":null}`, gateway.Heartbeat{}},
		"heartbeat without": {`{"op":1}`, gateway.Heartbeat{}},
		"identify, discordgo": {
			`{"op":2,"d":{"token":"Bot abc","properties":{"$os":"linux","$browser":"Discord iOS","$device":""},"compress":true,` +
				`"large_threshold":250,"presence":{"since":0,"game":{"name":"","type":0},"status":"","afk":false},"intents":513}}`,
			&gateway.Identify{
				Token: "abc", BotToken: true, Properties: gateway.Properties{Browser: "Discord iOS"}, Intents: intents(513), LargeThreshold: 250,
				Presence: &gateway.PresenceUpdate{Status: "online"},
			},
		},
		"identify, sharded": {
			`{"op":2,"d":{"token":"abc","properties":{"os":"x","browser":"y","device":5},"shard":[1,4],"intents":0,"large_threshold":1000}}`,
			&gateway.Identify{
				Token: "abc", Properties: gateway.Properties{Browser: "y"}, Intents: intents(0), LargeThreshold: 50, Shard: &gateway.Shard{1, 4},
			},
		},
		"identify, nothing but a token": {
			`{"op":2,"d":{"token":"abc","intents":null,"shard":null,"properties":null}}`,
			&gateway.Identify{Token: "abc", LargeThreshold: 50},
		},
		"resume": {
			`{"op":6,"d":{"token":"Bot abc","session_id":"s","seq":7}}`,
			&gateway.Resume{Token: "abc", BotToken: true, SessionID: "s", Sequence: &seven},
		},
		"presence": {
			`{"op":3,"d":{"since":91879201,"afk":false,"status":"dnd","activities":[{"name":"a","type":1,"url":"https://x","state":""},` +
				`{"name":"b","type":0,"url":"javascript:x"},{"name":"","type":4,"state":"s"},{"name":"","type":0},{"name":"c","type":9},null]}}`,
			&gateway.PresenceUpdate{Status: "dnd", Activities: []guildhall.Activity{
				{Name: "a", Type: 1, URL: text("https://x")}, {Name: "b"}, {Name: "Custom Status", Type: 4, State: text("s")},
			}},
		},
		"members, discord.py": {
			`{"op":8,"d":{"guild_id":1,"user_ids":[2,3],"limit":0,"presences":true,"nonce":"n"}}`,
			&gateway.RequestGuildMembers{Guild: 1, Users: []guildhall.UserID{2, 3}, Presences: true, Nonce: "n"},
		},
		"members, one by text": {
			`{"op":8,"d":{"guild_id":"1","user_ids":"2"}}`,
			&gateway.RequestGuildMembers{Guild: 1, Users: []guildhall.UserID{2}},
		},
		"members, list of one guild": {
			`{"op":8,"d":{"guild_id":["1"],"query":"q","limit":5,"nonce":"` + strings.Repeat("n", 33) + `"}}`,
			&gateway.RequestGuildMembers{Guild: 1, Query: "q", Limit: 5},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := gateway.DecodeRequest([]byte(test.payload))
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}

func TestDecodeRequestRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]gateway.CloseCode{
		``:                                    gateway.CloseDecodeError,
		`null`:                                gateway.CloseDecodeError,
		`"x"`:                                 gateway.CloseDecodeError,
		`{}`:                                  gateway.CloseDecodeError,
		`{"op":null}`:                         gateway.CloseDecodeError,
		`{"op":"1"}`:                          gateway.CloseDecodeError,
		`{"op":1.5}`:                          gateway.CloseDecodeError,
		`{"op":1,"d":"x"}`:                    gateway.CloseDecodeError,
		`{"op":1,"d":-1}`:                     gateway.CloseDecodeError,
		`{"op":1}{"op":1}`:                    gateway.CloseDecodeError,
		`{"op":0,"d":{}}`:                     gateway.CloseUnknownOpcode,
		`{"op":5}`:                            gateway.CloseUnknownOpcode,
		`{"op":-1}`:                           gateway.CloseUnknownOpcode,
		`{"op":11}`:                           gateway.CloseUnknownOpcode,
		`{"op":2}`:                            gateway.CloseDecodeError,
		`{"op":2,"d":{"token":1}}`:            gateway.CloseDecodeError,
		`{"op":3,"d":{"status":1}}`:           gateway.CloseDecodeError,
		`{"op":6,"d":{"token":"a"}}`:          gateway.CloseDecodeError,
		`{"op":6,"d":{"seq":-1}}`:             gateway.CloseDecodeError,
		`{"op":8,"d":{}}`:                     gateway.CloseDecodeError,
		`{"op":8,"d":{"guild_id":["1","2"]}}`: gateway.CloseDecodeError,
		`{"op":8,"d":{"guild_id":"1","limit":-1}}`:        gateway.CloseDecodeError,
		`{"op":8,"d":{"guild_id":"x"}}`:                   gateway.CloseDecodeError,
		`{"op":2,"d":{"token":"a","intents":"x"}}`:        gateway.CloseInvalidIntents,
		`{"op":2,"d":{"token":"a","intents":-1}}`:         gateway.CloseInvalidIntents,
		`{"op":2,"d":{"token":"a","intents":131072}}`:     gateway.CloseInvalidIntents,
		`{"op":2,"d":{"token":"a","intents":1e30}}`:       gateway.CloseInvalidIntents,
		`{"op":2,"d":{"token":"a","shard":[0,0]}}`:        gateway.CloseInvalidShard,
		`{"op":2,"d":{"token":"a","shard":[-1,2]}}`:       gateway.CloseInvalidShard,
		`{"op":2,"d":{"token":"a","shard":[2,2]}}`:        gateway.CloseInvalidShard,
		`{"op":2,"d":{"token":"a","shard":"x"}}`:          gateway.CloseInvalidShard,
		`{"op":2,"d":{"token":"a","shard":[0,1,2]}}`:      gateway.CloseInvalidShard,
		`{"op":1,"d":"` + strings.Repeat("x", 4096) + `"`: gateway.CloseDecodeError,
	}
	for payload, want := range tests {
		r, err := gateway.DecodeRequest([]byte(payload))
		if !errors.Is(err, want) || r != nil {
			t.Errorf("%.60s: %v, %v, want %d", payload, r, err, want)
		}
	}
	longest := fmt.Sprintf(`{"op":1%s}`, strings.Repeat(" ", gateway.ClientPayloadMax-len(`{"op":1}`)))
	if _, err := gateway.DecodeRequest([]byte(longest)); err != nil {
		t.Errorf("%d bytes: %v", len(longest), err)
	}
	if _, err := gateway.DecodeRequest([]byte(longest + " ")); !errors.Is(err, gateway.CloseDecodeError) {
		t.Errorf("%d bytes: %v", len(longest)+1, err)
	}
}

// FuzzDecodeRequest: whatever comes, it is a request or a documented close code, and what is taken is within bounds.
func FuzzDecodeRequest(f *testing.F) {
	for _, seed := range []string{
		`{"op":1,"d":7}`, `{"op":2,"d":{"token":"Bot x","intents":1,"shard":[0,1],"presence":{"status":"idle","activities":[{"name":"n"}]}}}`,
		`{"op":6,"d":{"token":"x","session_id":"y","seq":1}}`, `{"op":8,"d":{"guild_id":1,"user_ids":["2",3]}}`, `{"op":31,"d":{"guild_ids":["1"]}}`,
		`{"op":4,"d":{"guild_id":"1","channel_id":null,"self_mute":false,"self_deaf":false}}`, `{"op":43,"d":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		r, err := gateway.DecodeRequest(payload)
		var code gateway.CloseCode
		switch {
		case err != nil && (!errors.As(err, &code) || code.Meaning() == ""):
			t.Fatalf("refused with %v", err)
		case err != nil:
			return
		case r == nil || len(payload) > gateway.ClientPayloadMax:
			t.Fatalf("took %v of %d bytes", r, len(payload))
		}
		if id, ok := r.(*gateway.Identify); ok {
			if id.LargeThreshold < 50 || id.LargeThreshold > 250 || (id.Shard != nil && id.Shard[1] < 1) ||
				(id.Intents != nil && *id.Intents&^guildhall.IntentsAll != 0) {
				t.Fatalf("took %+v", id)
			}
			id.Shard.Has(1 << 40) // must not divide by nothing
		}
	})
}

func TestShard(t *testing.T) {
	t.Parallel()
	guild := guildhall.GuildID(7 << 22)
	var none *gateway.Shard
	if !none.Has(guild) || !none.HasPrivate() {
		t.Error("without shards a session has all")
	}
	if !(&gateway.Shard{3, 4}).Has(guild) || (&gateway.Shard{2, 4}).Has(guild) {
		t.Error("7 mod 4 is not 3")
	}
	if !(&gateway.Shard{0, 4}).HasPrivate() || (&gateway.Shard{1, 4}).HasPrivate() {
		t.Error("private channels are the first shard's")
	}
}

// TestCloseCodesTable holds the table against Discord's: which codes end a client's tries, and which its session.
// discord: topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
func TestCloseCodesTable(t *testing.T) {
	t.Parallel()
	for code := gateway.CloseCode(4000); code < 4015; code++ {
		if code == 4006 {
			continue // no longer in use
		}
		fatal := code == 4004 || code >= 4010
		if code.MayReconnect() == fatal {
			t.Errorf("%d: reconnect %t", code, code.MayReconnect())
		}
		if code.MayResume() && (fatal || code == 4007 || code == 4009) {
			t.Errorf("%d: may resume", code)
		}
		if code.Meaning() == "" {
			t.Errorf("%d says nothing", code)
		}
	}
	if gateway.CloseNormal.MayResume() || gateway.CloseGoingAway.MayResume() {
		t.Error("1000 and 1001 end a session")
	}
}
