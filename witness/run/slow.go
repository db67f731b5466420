package main

import (
	"context"
	"path/filepath"
	"time"
)

// rustTimeout bounds compiling some hundred crates.
const rustTimeout = 20 * time.Minute

// shortChecks are those of the libraries that came after the first four: what nearly every bot does.
const shortChecks = `login me user guild channel.create channel.modify channel.delete overwrite.put overwrite.delete
	role.create role.modify role.delete member.role.add member.role.remove member.get member.me member.chunk
	message.send message.embed message.file message.reply message.get message.list message.edit message.delete
	reaction.add reaction.list reaction.remove.own reaction.remove.user reaction.remove.all
	typing presence webhook.send dm.send resume error.token error.message`

// laterChecks go on from there: threads, interactions, moderation, scheduled events.
const laterChecks = `thread.message thread.members thread.archive thread.delete forum.post
	interaction.register interaction.command interaction.deferred interaction.autocomplete interaction.context
	interaction.button interaction.select interaction.modal interaction.unregister
	channel.types member.search member.timeout member.kick ban ban.remove audit invite event`

// restChecks are of calls that some of them leave to their caches, or check themselves.
const restChecks = `channel.get member.list error.length error.channel error.intents`

// slowWitnesses are the libraries whose toolchains take minutes to install or to compile.
func (r *runner) slowWitnesses() []library {
	return []library{
		{name: nameJDA, version: "5.6.1", checks: shortChecks + " " + laterChecks + " error.user", program: func(ctx context.Context, _ string) ([]string, error) {
			return r.buildJava(ctx)
		}},
		{name: nameTwilight, version: "0.18.0", checks: shortChecks + " " + laterChecks + " channel.get member.list error.channel error.user error.intents events", program: func(ctx context.Context, _ string) ([]string, error) {
			return r.buildRust(ctx, "rust", "witness")
		}},
		{name: nameSerenity, version: "0.12.5", checks: shortChecks + " error.channel error.user error.intents channel.types thread.message" +
			" interaction.register interaction.command interaction.button interaction.unregister member.timeout member.kick" +
			" ban ban.remove invite event", program: func(ctx context.Context, _ string) ([]string, error) {
			return r.buildRust(ctx, "serenity", "witness-serenity")
		}},
	}
}

// installJava brings JDA and what it needs, as the POM pins them.
func (r *runner) installJava(ctx context.Context, dir string) error {
	return r.command(ctx, filepath.Join(r.root, "witness", "java"), "mvn", "-q", "-B",
		"dependency:copy-dependencies", "-DoutputDirectory="+filepath.Join(dir, "lib"))
}

// buildJava compiles the witness and gives its command line.
func (r *runner) buildJava(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, installTimeout)
	defer cancel()
	source, err := filepath.Glob(filepath.Join(r.root, "witness", "java", "*.java"))
	if err != nil {
		return nil, err
	}
	libraries, classes := filepath.Join(r.build, "java", "lib", "*"), filepath.Join(r.build, "java", "classes")
	if err := r.command(ctx, r.root, "javac", append([]string{"-cp", libraries, "-d", classes}, source...)...); err != nil {
		return nil, err
	}
	return []string{"java", "-cp", classes + string(filepath.ListSeparator) + libraries, "Main"}, nil
}

// buildRust compiles the witness with the crates that its lock file pins, and gives its command line.
func (r *runner) buildRust(ctx context.Context, folder, binary string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, rustTimeout)
	defer cancel()
	target := filepath.Join(r.build, folder)
	err := r.command(ctx, filepath.Join(r.root, "witness", folder), "cargo", "build", "--quiet", "--locked", "--target-dir", target)
	return []string{filepath.Join(target, "debug", binary)}, err
}
