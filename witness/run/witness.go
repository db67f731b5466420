package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"guildhall/witness/coverage"
)

// witnessTimeout is how long one witness may take from start to end.
const witnessTimeout = 60 * time.Second

const (
	nameGo     = "discordgo"
	nameJS     = "discord.js"
	namePy     = "discord.py"
	namePyZstd = "discord.py-zstd"
	nameHikari = "hikari"
	nameEris   = "eris"
	nameDisgo  = "disgo"
	nameJDA    = "jda"

	nameTwilight = "twilight"
	nameSerenity = "serenity"
)

// lineBytesMax bounds a line that a witness prints: a check with its detail.
const lineBytesMax = 1 << 20

// commonChecks are those that every library must report: one that is left out
// counts as failed.
const commonChecks = `login me me.modify me.avatar user me.guilds application gateway gateway.bot
	guild guild.create channel.create channel.get channel.modify channel.delete overwrite.put overwrite.delete
	role.create role.modify role.delete member.role.add member.role.remove member.get member.list member.me member.chunk
	message.send message.embed message.reply message.mentions message.nonce message.get message.list message.edit message.delete
	reaction.add reaction.list reaction.remove.own reaction.remove.user reaction.remove.emoji reaction.remove.all
	typing presence resume
	error.token error.length error.empty error.channel error.message error.user error.intents`

// discordgoChecks are those beyond: a person, and the protocol by hand.
const discordgoChecks = `person heartbeat session.unknown close.4001 close.4002 close.4003 close.4005 close.4010 close.4012
	rest.versions rest.ratelimit.headers rest.unknown rest.soundboard`

// shorterTalkChecks are talkChecks as discordgo and hikari make them.
const shorterTalkChecks = `attachment.send message.quote message.pin message.bulk message.crosspost poll
	thread.message thread.members thread.archive thread.delete forum.post`

// communityChecks are those of direct messages, webhooks and emojis.
const communityChecks = `dm.send dm.reply dm.reaction dm.reopen error.dm
	webhook.create webhook.send webhook.token webhook.delete
	emoji.create emoji.modify emoji.react emoji.delete emoji.application`

// moderationChecks are those of the guild around the messages.
const moderationChecks = `channel.types channel.positions ban audit ban.remove invite invite.accept invite.delete
	voice stage event event.users event.status`

// talkChecks are those of what lies around messages, where a witness has them.
const talkChecks = `attachment.send attachment.edit message.components message.quote message.pin message.bulk message.crosspost
	poll.create poll.vote poll.end thread.message thread.members thread.archive thread.private thread.delete forum.post`

// interactionChecks are those of commands, components and modals, where a witness has them.
const interactionChecks = `interaction.register interaction.command interaction.deferred interaction.autocomplete
	interaction.context interaction.button interaction.select interaction.modal interaction.unregister`

// beyondVoice are those of what else of the API a bot can use.
const beyondVoice = `guild.modify guild.preview role.positions member.search member.timeout member.prune member.kick
	channel.follow webhook.alone thread.listed emoji.single commands.global oauth2`

// restOfChecks are the same for libraries with methods for voice states.
const restOfChecks = beyondVoice + " voice.status stage.speakers"

// evenMore are those of what three of them have a method for.
const evenMore = "guild.nothing guild.integrations channel.media commands.permissions application.modify"

// pythonChecks are what discord.py has of all these: neither a search of members by REST nor a way to add somebody.
const pythonChecks = `guild.modify guild.preview role.positions member.timeout member.prune member.kick channel.follow
	webhook.alone thread.listed emoji.single commands.global voice.status stage.speakers ` + evenMore

// wholeChecks are all, for the witnesses that go through all of the API.
const wholeChecks = commonChecks + " " + communityChecks + " " + moderationChecks + " " + talkChecks + " " + interactionChecks

// library is a witness: a program that reports checks as JSON lines.
type library struct {
	name    string
	version string
	checks  string // that it must report
	// unrecorded says that it is another's twin, whose use is the one that is put down.
	unrecorded bool
	// program gives the command line, building it first if it must be linked
	// against the server's address.
	program func(ctx context.Context, url string) ([]string, error)
}

func (r *runner) witnesses() []library {
	script := func(args ...string) func(context.Context, string) ([]string, error) {
		return func(context.Context, string) ([]string, error) { return args, nil }
	}
	folder := filepath.Join(r.root, "witness")
	return []library{
		{name: nameGo, version: "0.29.0", checks: commonChecks + " " + communityChecks + " " + discordgoChecks + " " + shorterTalkChecks + " " +
			moderationChecks + " " + interactionChecks + " " + beyondVoice + " guild.leave guild.integrations thread.sync commands.permissions voice.regions interaction.endpoint", program: func(ctx context.Context, url string) ([]string, error) {
			binary, err := r.buildGo(ctx, "witness/go", ".", "witness-go", url)
			return []string{binary}, err
		}},
		{name: nameJS, version: "14.28.1", checks: wholeChecks + " ban.bulk interaction.ephemeral interaction.private " + beyondVoice + " " + evenMore + " stage.speakers", program: script("node", filepath.Join(folder, "js", "main.js"))},
		{name: namePy, version: "2.7.1", checks: wholeChecks + " ban.bulk compression " + pythonChecks, program: script(r.python(), "-B", filepath.Join(folder, "python", "discordpy.py"), "zlib-stream")},
		{name: namePyZstd, unrecorded: true, checks: wholeChecks + " ban.bulk compression " + pythonChecks, program: script(r.python(), "-B", filepath.Join(folder, "python", "discordpy.py"), "zstd-stream")},
		{name: nameHikari, version: "2.7.0", checks: commonChecks + " " + communityChecks + " " + shorterTalkChecks + " " + moderationChecks + " " + interactionChecks + " " + restOfChecks +
			" guild.nothing guild.integrations guild.leave thread.sync channel.media application.modify ban.bulk", program: script(r.python(), "-B", filepath.Join(folder, "python", "hikaribot.py"))},
		{name: nameEris, version: "0.18.0", checks: shortChecks + " " + restChecks + " " + laterChecks + " message.pin message.bulk webhook.token guild.modify", program: script("node", filepath.Join(folder, "js", "eris.js"))},
		{name: nameDisgo, version: "0.18.15", checks: shortChecks + " " + restChecks + " " + laterChecks +
			" role.positions message.pin message.bulk poll thread.listed webhook.token webhook.foreign emoji voice guild.modify interaction.endpoint", program: func(ctx context.Context, _ string) ([]string, error) {
			binary, err := r.buildGo(ctx, "witness/disgo", ".", "witness-disgo", "")
			return []string{binary}, err
		}},
	}
}

// witness runs one library's checks against a fresh server.
func (r *runner) witness(ctx context.Context, l library) error {
	s, err := r.startServer(ctx, l.name)
	if err != nil {
		return err
	}
	defer r.stop(l.name, s)
	if s.world, err = s.world.withOwner(ctx); err != nil {
		return err
	}
	var use coverage.Use
	use.Operations, err = r.watched(ctx, l.name, s.world, func(ctx context.Context, w world) (err error) {
		use.Events, err = r.judge(ctx, l, w)
		return err
	})
	if err != nil || l.unrecorded {
		return err
	}
	return r.used(l, use)
}

// judge runs the library's checks against a server, and gives the events that it has decoded.
func (r *runner) judge(ctx context.Context, l library, w world) (events []string, err error) {
	args, err := l.program(ctx, w.URL)
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(r.build, "logs", l.name+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close() // a log: nothing depends on its last bytes

	start := time.Now()
	heard, err := r.collect(ctx, l.name, args, w, log)
	for _, name := range strings.Fields(l.checks) {
		if !slices.Contains(heard.checks, name) {
			r.table.add(row{Witness: l.name, Check: name, Detail: "not reported"})
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w; its log is %s", err, log.Name())
	}
	r.table.add(row{Witness: l.name, Check: "all", OK: true, Millis: time.Since(start).Milliseconds()})
	return heard.events, nil
}

// heard is what a witness has printed: the checks that it made, and the dispatches that its library decoded.
type heard struct{ checks, events []string }

// collect runs the program and adds a row for each outcome it prints. Lines that
// are none go to the log with its stderr.
func (r *runner) collect(ctx context.Context, name string, args []string, w world, log io.Writer) (heard, error) {
	var h heard
	ctx, cancel := context.WithTimeout(ctx, witnessTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) // killed by its pid when the time is up
	cmd.WaitDelay = 2 * time.Second
	cmd.Env = append(cleanEnvironment(), "NODE_PATH="+r.nodePath(),
		"GUILDHALL_URL="+w.URL, "GUILDHALL_GATEWAY="+w.Gateway, "GUILDHALL_WORLD="+string(w.raw))
	cmd.Stderr = log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return h, err
	}
	if err := cmd.Start(); err != nil {
		return h, err
	}
	failed := false
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, lineBytesMax)
	for lines.Scan() {
		var line struct {
			row
			Events []string `json:"events"`
		}
		if json.Unmarshal(lines.Bytes(), &line) != nil || line.Check == "" && line.Events == nil {
			fmt.Fprintln(log, lines.Text())
			continue
		}
		if line.Check == "" {
			h.events = line.Events
			slices.Sort(h.events)
			continue
		}
		o := line.row
		o.Witness = name
		h.checks = append(h.checks, o.Check)
		failed = failed || !o.OK
		r.table.add(o)
	}
	err = cmd.Wait()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return h, fmt.Errorf("not done within %v", witnessTimeout)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 && failed {
		return h, nil // the failed rows say it
	}
	return h, errors.Join(lines.Err(), err)
}
