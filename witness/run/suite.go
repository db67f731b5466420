package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// nameSuite is the part that runs discordgo's own tests.
const nameSuite = "discordgo-suite"

// discordgoPackage is tested as it lies in the module cache.
const discordgoPackage = "github.com/bwmarrin/discordgo"

// suiteTests is how many tests discordgo 0.29.0 has: one that is not run counts as failed.
const suiteTests = 30

// discordgoSuite runs the tests that discordgo's authors run against Discord,
// with both versions of the API that it can speak.
func (r *runner) discordgoSuite(ctx context.Context) error {
	s, err := r.startServer(ctx, nameSuite)
	if err != nil {
		return err
	}
	defer r.stop(nameSuite, s)
	environment, err := s.world.suiteEnvironment(ctx)
	if err != nil {
		return err
	}
	for _, version := range []string{"9", "10"} {
		if err := r.suite(ctx, s.world.URL, version, environment); err != nil {
			return err
		}
	}
	return nil
}

// suiteEnvironment names what the tests may use. Where one of these is missing they skip.
func (w world) suiteEnvironment(ctx context.Context) ([]string, error) {
	voice, err := w.voiceChannel(ctx)
	if err != nil {
		return nil, err
	}
	token := "Bot " + w.Bots[0].Token
	return append(cleanEnvironment(),
		"DGB_TOKEN="+token, "DG_OAUTH2_TOKEN="+token, "DG_ADMIN="+w.Users[0].ID,
		"DG_GUILD="+w.Guilds[0].ID, "DG_CHANNEL="+w.Channels[0].ID, "DG_VOICE_CHANNEL="+voice), nil
}

// voiceChannel makes one and gives its ID.
func (w world) voiceChannel(ctx context.Context) (string, error) {
	const voice = 2 // discord: resources/channel#channel-object-channel-types
	var made struct {
		ID string `json:"id"`
	}
	body := map[string]any{"name": "voice", "type": voice}
	err := call(ctx, http.MethodPost, w.URL+"/api/v10/guilds/"+w.Guilds[0].ID+"/channels", "Bot "+w.Bots[0].Token, body, &made)
	return made.ID, err
}

// suite runs all tests and adds a row for each.
func (r *runner) suite(ctx context.Context, url, version string, environment []string) error {
	ctx, cancel := context.WithTimeout(ctx, installTimeout)
	defer cancel()
	link := "-X " + discordgoPackage + ".EndpointDiscord=" + url + "/ -X " + discordgoPackage + ".APIVersion=" + version
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-vet=off", "-timeout=60s", "-ldflags", link, discordgoPackage)
	cmd.Dir = filepath.Join(r.root, "witness", "go")
	cmd.WaitDelay = 2 * time.Second
	cmd.Env = environment
	out, err := cmd.CombinedOutput()
	log := r.logOf(nameSuite + "-v" + version)
	if err := os.WriteFile(log, out, 0o644); err != nil {
		return err
	}
	ran := 0
	for _, e := range testEvents(out) {
		// Of tests within tests the outer one says enough.
		if e.Test == "" || strings.Contains(e.Test, "/") || e.Action != "pass" && e.Action != "fail" && e.Action != "skip" {
			continue
		}
		ran++
		result := row{
			Witness: nameSuite, Check: "v" + version + "." + strings.TrimPrefix(e.Test, "Test"),
			OK: e.Action == "pass", Millis: int64(e.Elapsed * 1000),
		}
		if !result.OK {
			result.Detail = e.Action + "; its log is " + log
		}
		r.table.add(result)
	}
	result := row{Witness: nameSuite, Check: "v" + version, OK: err == nil && ran == suiteTests}
	if !result.OK {
		result.Detail = fmt.Sprintf("%d tests ran, want %d; %v; its log is %s", ran, suiteTests, err, log)
	}
	r.table.add(result)
	return nil
}

// testEvent is what `go test -json` says of a test. go: cmd/test2json
type testEvent struct {
	Action  string
	Test    string
	Elapsed float64 // seconds
}

// testEvents reads the lines that are events; what a linker prints is not.
func testEvents(out []byte) []testEvent {
	var events []testEvent
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, lineBytesMax)
	for lines.Scan() {
		var e testEvent
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			events = append(events, e)
		}
	}
	return events
}
