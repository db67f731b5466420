package gateway_test

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/json"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"guildhall"
	"guildhall/gateway"
)

func TestBody(t *testing.T) {
	t.Parallel()
	b := gateway.NewBody("X", []byte(`{"s":"not this one"}`))
	frame := append(gateway.AppendHead(nil, 42), b.Text()...)
	if want := `{"s":42,"t":"X","op":0,"d":{"s":"not this one"}}`; string(frame) != want {
		t.Errorf("got %s", frame)
	}
}

// streamTexts are of all sizes around the bounds of blocks, with runs of periods that a fresh zstd encoder takes for
// repeated offsets.
func streamTexts() []string {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 200_000)
	for i := range noise {
		noise[i] = 'a' + byte(random.IntN(26))
	}
	texts := []string{"", "x", strings.Repeat("ab", 50), strings.Repeat("x", 65_535), strings.Repeat("xyz", 100_000), string(noise), "x"}
	for period := 1; period <= 9; period++ {
		run := strings.Repeat(string(noise[period*10:period*11]), 30)
		texts = append(texts, run, run+"-"+run, string(noise[:200])+run)
	}
	for _, n := range []int{131_000, 131_072, 131_100, 262_144} {
		texts = append(texts, string(noise[:n/2])+string(noise[:n-n/2]))
	}
	return texts
}

// TestStreams writes what two sockets get of the same events, with heads of their own, and decodes each with one
// decompressor.
func TestStreams(t *testing.T) {
	t.Parallel()
	decoders := map[gateway.Compression]func(io.Reader) (io.Reader, error){
		gateway.NoCompression: func(r io.Reader) (io.Reader, error) { return r, nil },
		gateway.ZlibStream:    func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) },
		gateway.ZstdStream: func(r io.Reader) (io.Reader, error) {
			return zstd.NewReader(r, zstd.WithDecoderMaxWindow(128<<10), zstd.WithDecoderConcurrency(1))
		},
	}
	var c gateway.Compressors
	var bodies []*gateway.Body
	for _, text := range streamTexts() {
		bodies = append(bodies, gateway.NewBody("X", gateway.Encode(text)))
	}
	for by, decoder := range decoders {
		for _, first := range []uint64{1, 1 << 60} {
			stream := []byte(by.Header())
			var want []byte
			for i, b := range bodies {
				head := gateway.AppendHead(nil, first+uint64(i))
				stream = append(by.AppendPart(stream, head), b.Compressed(by, &c)...)
				if by == gateway.ZlibStream && !bytes.HasSuffix(stream, []byte{0, 0, 0xff, 0xff}) {
					t.Errorf("message %d ends otherwise", i)
				}
				stream = by.AppendMessage(stream, []byte(gateway.HeartbeatACK))
				want = append(append(append(want, head...), b.Text()...), gateway.HeartbeatACK...)
			}
			z, err := decoder(bytes.NewReader(stream))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(z)
			if by != gateway.NoCompression && err != io.ErrUnexpectedEOF { // the stream never ends
				t.Fatalf("compression %d: %v", by, err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("compression %d, stream from %d: %d bytes came as %d", by, first, len(want), len(got))
			}
		}
	}
}

// TestDeflatedBodiesStandAlone: a body that refers to what is before it would be garbage in every stream but one.
func TestDeflatedBodiesStandAlone(t *testing.T) {
	t.Parallel()
	var d gateway.Deflater
	for range 3 {
		text := []byte(strings.Repeat("the same text again and again ", 20))
		got, err := io.ReadAll(flate.NewReader(bytes.NewReader(d.Compress(text))))
		if err != io.ErrUnexpectedEOF || !bytes.Equal(got, text) {
			t.Fatalf("%v: %q", err, got)
		}
	}
}

func FuzzDeflater(f *testing.F) {
	var d gateway.Deflater
	f.Add([]byte("hello"), uint8(3))
	f.Fuzz(func(t *testing.T, text []byte, times uint8) {
		text = bytes.Repeat(text, int(times))
		got, err := io.ReadAll(flate.NewReader(bytes.NewReader(d.Compress(text))))
		if err != io.ErrUnexpectedEOF || !bytes.Equal(got, text) {
			t.Fatalf("%v: %d bytes came as %d", err, len(text), len(got))
		}
	})
}

// FuzzZstdBlocks puts a text's blocks behind those of another, whose tables and offsets they must not take over.
func FuzzZstdBlocks(f *testing.F) {
	var z gateway.ZstdBlocks
	f.Add([]byte("hello"), []byte("world, hello"), uint8(3))
	f.Fuzz(func(t *testing.T, before, text []byte, times uint8) {
		before, text = bytes.Repeat(before, int(times)), bytes.Repeat(text, int(times))
		stream := append([]byte(gateway.ZstdHeader), z.Compress(before)...)
		stream = append(stream, z.Compress(text)...)
		stream = append(stream, z.Compress(text)...)
		decoder, err := zstd.NewReader(bytes.NewReader(stream), zstd.WithDecoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		defer decoder.Close()
		got, err := io.ReadAll(decoder)
		if want := slices.Concat(before, text, text); err != io.ErrUnexpectedEOF || !bytes.Equal(got, want) {
			t.Fatalf("%v: %d bytes came as %d", err, len(want), len(got))
		}
	})
}

func TestStripContent(t *testing.T) {
	t.Parallel()
	const message = `{"id":"1","content":"secret","embeds":[{"title":"secret"}],"attachments":[{"filename":"secret"}],` +
		`"components":[{"label":"secret"}],"poll":{"question":"secret"},"author":{"id":"2"},"guild_id":"3",` +
		`"referenced_message":{"id":"4","content":"secret","embeds":["secret"]},"message_snapshots":[{"message":{"content":"secret"}}]}`
	got, err := gateway.StripContent([]byte(message), gateway.Stripped{Own: true, Quoted: true})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(got, []byte("secret")) {
		t.Errorf("left in: %s", got)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(got, &fields); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"id": `"1"`, "content": `""`, "embeds": `[]`, "attachments": `[]`, "components": `[]`, "author": `{"id":"2"}`, "guild_id": `"3"`,
	} {
		if string(fields[field]) != want {
			t.Errorf("%s is %s", field, fields[field])
		}
	}
	// An update that has no content must not seem to empty it.
	if got, err := gateway.StripContent([]byte(`{"id":"1","referenced_message":null}`), gateway.Stripped{Own: true, Quoted: true}); err != nil || bytes.Contains(got, []byte("content")) {
		t.Errorf("got %s, %v", got, err)
	}
	for _, part := range []struct {
		what        gateway.Stripped
		own, quoted int
	}{{gateway.Stripped{Own: true}, 0, 3}, {gateway.Stripped{Quoted: true}, 5, 0}} {
		got, err := gateway.StripContent([]byte(message), part.what)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(got, &fields); err != nil {
			t.Fatal(err)
		}
		quoted := bytes.Count(fields["referenced_message"], []byte("secret")) + bytes.Count(got, []byte(`[{"message":{"content":"secret"}}]`))
		if own := bytes.Count(got, []byte("secret")) - quoted; own != part.own || quoted != part.quoted {
			t.Errorf("%+v leaves %d and %d: %s", part.what, own, quoted, got)
		}
		clear(fields)
	}
	if _, err := gateway.StripContent([]byte(`"text"`), gateway.Stripped{}); err == nil {
		t.Error("stripped what is no message")
	}
}

// TestGuildCreateFields holds GUILD_CREATE and READY against what the strictest libraries need: hikari and serenity
// drop the whole event when one is missing.
func TestGuildCreateFields(t *testing.T) {
	t.Parallel()
	state := guildOf(t)
	p := gateway.GuildCreateParams{
		User: 2, Intents: guildhall.IntentsAll, Sees: func(id guildhall.ChannelID) bool { return id == 10 }, MemberCount: 2, LargeThreshold: 50,
		Presences: map[guildhall.UserID]guildhall.Presence{1: {User: guildhall.PresenceUser{ID: 1}, Status: "idle"}}, Promised: true,
	}
	created := fieldsOf(t, gateway.NewGuildCreate(state.Committed(), p))
	need(t, "guild", created, `id name icon owner_id afk_timeout afk_channel_id verification_level default_message_notifications
		explicit_content_filter roles emojis features mfa_level system_channel_id system_channel_flags rules_channel_id premium_tier
		preferred_locale nsfw_level stickers unavailable voice_states members channels threads presences application_id
		public_updates_channel_id vanity_url_code description banner splash premium_progress_bar_enabled joined_at large member_count
		stage_instances guild_scheduled_events soundboard_sounds`)
	first := func(list string) map[string]json.RawMessage {
		t.Helper()
		var items []map[string]json.RawMessage
		if err := json.Unmarshal(created[list], &items); err != nil || len(items) == 0 {
			t.Fatalf("%s: %v %s", list, err, created[list])
		}
		return items[0]
	}
	need(t, "role", first("roles"), "id name permissions position color colors hoist managed mentionable")
	need(t, "member", first("members"), "user flags roles joined_at deaf mute")
	need(t, "channel", first("channels"), "id type name position permission_overwrites topic")
	if got := string(created["channels"]); strings.Contains(got, `"11"`) {
		t.Errorf("a hidden channel is told: %s", got)
	}
	if got := string(first("channels")["last_message_id"]); got != `"77"` {
		t.Errorf("last_message_id is %s", got)
	}
}

func TestGuildCreateMembers(t *testing.T) {
	t.Parallel()
	state := guildOf(t)
	tests := map[string]struct {
		intents   guildhall.Intents
		count     int
		members   int
		presences int
		large     bool
	}{
		"all of a small guild":               {guildhall.IntentsAll, 3, 3, 1, false},
		"own and present of a large one":     {guildhall.IntentsAll, 51, 2, 1, true},
		"own alone without the presences":    {guildhall.IntentGuilds, 3, 1, 0, false},
		"own alone of a large one, likewise": {guildhall.IntentGuilds, 51, 1, 0, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gateway.NewGuildCreate(state.Committed(), gateway.GuildCreateParams{
				User: 2, Intents: test.intents, Sees: func(guildhall.ChannelID) bool { return true }, MemberCount: test.count, LargeThreshold: 50,
				Presences: map[guildhall.UserID]guildhall.Presence{1: {User: guildhall.PresenceUser{ID: 1}, Status: "idle"}},
			})
			if len(g.Members) != test.members || len(g.Presences) != test.presences || g.Large != test.large || g.MemberCount != test.count {
				t.Errorf("%d members, %d presences, large %t, count %d", len(g.Members), len(g.Presences), g.Large, g.MemberCount)
			}
			if g.Unavailable != nil {
				t.Error("a guild that was not promised says that it is available")
			}
		})
	}
}

func guildOf(t *testing.T) *guildhall.GuildState {
	t.Helper()
	const id = guildhall.GuildID(5)
	rows := []guildhall.Row{
		guildhall.GuildRow(&guildhall.Guild{ID: id, OwnerID: 1, Features: []string{}}), guildhall.RoleRow(id, &guildhall.Role{ID: 5}),
		guildhall.ChannelRow(id, &guildhall.Channel{ID: 10}), guildhall.ChannelRow(id, &guildhall.Channel{ID: 11}),
		guildhall.LastMessageRow(id, 10, 77),
	}
	for user := range guildhall.UserID(3) {
		rows = append(rows, guildhall.MemberRow(id, &guildhall.Member{User: guildhall.User{ID: user + 1}, Roles: []guildhall.RoleID{}}))
	}
	state := new(guildhall.GuildState)
	for i := range rows {
		if err := state.Apply(&rows[i], guildhall.Install); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

func TestReadyFields(t *testing.T) {
	t.Parallel()
	var state guildhall.UserState
	for _, row := range []guildhall.Row{
		guildhall.UserRow(&guildhall.User{ID: 2, Username: "b", Discriminator: "0", Bot: true}),
		guildhall.ApplicationRow(&guildhall.Application{ID: 2, Flags: 1 << 18}),
		guildhall.GuildRefRow(2, &guildhall.GuildRef{ID: 7 << 22}), guildhall.GuildRefRow(2, &guildhall.GuildRef{ID: 8 << 22}),
	} {
		if err := state.Apply(&row, guildhall.Install); err != nil {
			t.Fatal(err)
		}
	}
	r := fieldsOf(t, gateway.NewReady(state.Committed(), gateway.ReadyParams{
		Version: 10, SessionID: "s", ResumeGatewayURL: "ws://x", Shard: &gateway.Shard{1, 2}, Bot: true,
	}))
	need(t, "READY", r, "v user guilds session_id session_type resume_gateway_url shard application private_channels relationships _trace")
	if got := string(r["guilds"]); got != `[{"id":"29360128","unavailable":true}]` {
		t.Errorf("guilds of the shard: %s", got)
	}
	if got := string(r["application"]); got != `{"id":"2","flags":262144}` {
		t.Errorf("application: %s", got)
	}
	var user map[string]json.RawMessage
	if err := json.Unmarshal(r["user"], &user); err != nil {
		t.Fatal(err)
	}
	need(t, "user", user, "id username discriminator global_name avatar verified flags bot mfa_enabled")
	if _, ok := r["read_state"]; ok {
		t.Error("a bot is told of read states")
	}
	person := fieldsOf(t, gateway.NewReady(state.Committed(), gateway.ReadyParams{Version: 10}))
	need(t, "a person's READY", person, "private_channels relationships read_state user_guild_settings")
}

func fieldsOf(t *testing.T, v any) map[string]json.RawMessage {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(gateway.Encode(v), &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

func need(t *testing.T, what string, fields map[string]json.RawMessage, names string) {
	t.Helper()
	for _, name := range strings.Fields(names) {
		if _, ok := fields[name]; !ok {
			t.Errorf("%s has no %s", what, name)
		}
	}
}

func BenchmarkDeflater(b *testing.B) {
	var d gateway.Deflater
	text := []byte(strings.Repeat(`{"id":"1234567890","content":"some words of a message"},`, 9))
	b.ReportAllocs()
	for b.Loop() {
		d.Compress(text)
	}
}

// TestQuotes: only what is said by others within an event counts, not a text that looks like it.
func TestQuotes(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]bool{
		`{"content":"hi","referenced_message":null}`:                 false,
		`{"content":"hi"}`:                                           false,
		`{"content":"\"referenced_message\":{","embeds":[]}`:         false,
		`{"content":"hi","referenced_message":{"content":"before"}}`: true,
		`{"message_snapshots":[{"message":{"content":"before"}}]}`:   true,
	} {
		if got := gateway.Quotes([]byte(data)); got != want {
			t.Errorf("%s: got %v", data, got)
		}
	}
}
