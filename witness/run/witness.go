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

// wholeChecks are all, for the witnesses that go through all of the API.
const wholeChecks = commonChecks + " " + communityChecks + " " + moderationChecks + " " + talkChecks + " " + interactionChecks

// library is a witness: a program that reports checks as JSON lines.
type library struct {
	name   string
	checks string // that it must report
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
		{nameGo, commonChecks + " " + communityChecks + " " + discordgoChecks + " " + shorterTalkChecks, func(ctx context.Context, url string) ([]string, error) {
			binary, err := r.buildGo(ctx, "witness/go", ".", "witness-go", url)
			return []string{binary}, err
		}},
		{nameJS, wholeChecks + " ban.bulk interaction.ephemeral interaction.private", script("node", filepath.Join(folder, "js", "main.js"))},
		{namePy, wholeChecks + " ban.bulk compression", script(r.python(), "-B", filepath.Join(folder, "python", "discordpy.py"), "zlib-stream")},
		{namePyZstd, wholeChecks + " ban.bulk compression", script(r.python(), "-B", filepath.Join(folder, "python", "discordpy.py"), "zstd-stream")},
		{nameHikari, commonChecks + " " + communityChecks + " " + shorterTalkChecks + " " + moderationChecks + " " + interactionChecks, script(r.python(), "-B", filepath.Join(folder, "python", "hikaribot.py"))},
		{nameEris, shortChecks + " " + restChecks, script("node", filepath.Join(folder, "js", "eris.js"))},
		{nameDisgo, shortChecks + " " + restChecks, func(ctx context.Context, _ string) ([]string, error) {
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
	return r.watched(ctx, l.name, s.world, func(ctx context.Context, w world) error { return r.judge(ctx, l, w) })
}

// judge runs the library's checks against a server.
func (r *runner) judge(ctx context.Context, l library, w world) error {
	args, err := l.program(ctx, w.URL)
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(r.build, "logs", l.name+".log"))
	if err != nil {
		return err
	}
	defer log.Close() // a log: nothing depends on its last bytes

	start := time.Now()
	reported, err := r.collect(ctx, l.name, args, w, log)
	for _, name := range strings.Fields(l.checks) {
		if !slices.Contains(reported, name) {
			r.table.add(row{Witness: l.name, Check: name, Detail: "not reported"})
		}
	}
	if err != nil {
		return fmt.Errorf("%w; its log is %s", err, log.Name())
	}
	r.table.add(row{Witness: l.name, Check: "all", OK: true, Millis: time.Since(start).Milliseconds()})
	return nil
}

// collect runs the program and adds a row for each line it prints. Lines that
// are no outcome go to the log with its stderr.
func (r *runner) collect(ctx context.Context, name string, args []string, w world, log io.Writer) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, witnessTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) // killed by its pid when the time is up
	cmd.WaitDelay = 2 * time.Second
	cmd.Env = append(cleanEnvironment(), "NODE_PATH="+r.nodePath(),
		"GUILDHALL_URL="+w.URL, "GUILDHALL_GATEWAY="+w.Gateway, "GUILDHALL_WORLD="+string(w.raw))
	cmd.Stderr = log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var reported []string
	failed := false
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, lineBytesMax)
	for lines.Scan() {
		var o row
		if json.Unmarshal(lines.Bytes(), &o) != nil || o.Check == "" {
			fmt.Fprintln(log, lines.Text())
			continue
		}
		o.Witness = name
		reported = append(reported, o.Check)
		failed = failed || !o.OK
		r.table.add(o)
	}
	err = cmd.Wait()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return reported, fmt.Errorf("not done within %v", witnessTimeout)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 && failed {
		return reported, nil // the failed rows say it
	}
	return reported, errors.Join(lines.Err(), err)
}
