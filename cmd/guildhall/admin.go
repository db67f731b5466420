package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// adminCommand is one that sends one operation and shows the answer.
type adminCommand struct {
	name, summary string
	// args names the arguments; flags adds flags; ask turns both into the operation.
	args  []string
	flags func(*flag.FlagSet)
	ask   func(f *flag.FlagSet, args []string) (operation string, body any, err error)
	// json is set where the answer is JSON, asked for or not.
	json bool
}

func adminCommands() []command {
	return []command{
		{name: "user", summary: "people's accounts", sub: []command{
			adminUserCreate().command("admin user"), adminUserPassword().command("admin user"),
			adminUserDisable("disable", true).command("admin user"), adminUserDisable("enable", false).command("admin user"),
			adminUserReset().command("admin user"), adminUserRename().command("admin user"),
			adminUserExport().command("admin user"), adminUserDelete().command("admin user"),
		}},
		{name: "bot", summary: "bots and their applications", sub: []command{adminBotCreate().command("admin bot")}},
		{name: "guild", summary: "guilds and their members", sub: []command{
			adminGuildCreate().command("admin guild"), adminGuildJoin().command("admin guild"),
		}},
		{name: "token", summary: "tokens of bots and people", sub: []command{
			adminToken("new", "Makes another token and shows it once.", false).command("admin token"),
			adminToken("reset", "Ends all tokens, and the gateway sessions opened with them, and makes a new one.", true).command("admin token"),
		}},
		adminSetupLink().command("admin"),
		{name: "factor-key", summary: "replaces the key for the secrets of authenticator apps", run: adminFactorKey},
	}
}

func (a adminCommand) command(path string) command {
	return command{name: a.name, summary: a.summary, run: func(ctx context.Context, s streams, args []string) error {
		return a.run(ctx, s, path+" "+a.name, args)
	}}
}

func (a adminCommand) run(ctx context.Context, s streams, name string, args []string) error {
	f := flagSet(name)
	where := whereFlags(f)
	asJSON := f.Bool("json", false, "print JSON")
	if a.flags != nil {
		a.flags(f)
	}
	usage := a.summary
	if len(a.args) > 0 {
		usage += "\nArguments, before the flags: " + strings.Join(a.args, " ")
	}
	given := args[:min(len(a.args), countWords(args))]
	rest, err := parse(f, s, usage, args[len(given):])
	if err != nil {
		return helpOr(err)
	}
	given = append(given[:len(given):len(given)], rest...)
	if len(given) != len(a.args) {
		return usagef("%s takes %s: guildhall %s %s", name, or(strings.Join(a.args, " "), "no arguments"), name, strings.Join(a.args, " "))
	}
	operation, body, err := a.ask(f, given)
	if err != nil {
		return err
	}
	caller, err := where.open(ctx, s)
	if err != nil {
		return err
	}
	defer caller.close()
	var answer map[string]any
	if err := caller.call(ctx, operation, body, &answer); err != nil {
		return err
	}
	if *asJSON || a.json {
		return json.NewEncoder(s.out).Encode(answer)
	}
	return showAnswer(s.out, answer)
}

// countWords is how many arguments stand before the first flag.
func countWords(args []string) int {
	for i, a := range args {
		if strings.HasPrefix(a, "-") {
			return i
		}
	}
	return len(args)
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// showAnswer prints what a person wants to know of an answer, a line each.
func showAnswer(w io.Writer, answer map[string]any) error {
	for _, key := range []string{"id", "username", "channel_id", "application_id", "token", "url"} {
		if v, ok := answer[key]; ok {
			if _, err := fmt.Fprintf(w, "%-14s %v\n", key, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// value reads a flag that the command added.
func value[T any](f *flag.FlagSet, name string) T {
	return f.Lookup(name).Value.(flag.Getter).Get().(T)
}

// passwordFlag adds the flag that says where the password comes from: never the command line itself, which everybody on
// the machine can read.
func passwordFlag(f *flag.FlagSet) {
	f.String("password-file", "-", "`FILE` whose first line is the password; - is standard input")
}

func readPassword(f *flag.FlagSet) (string, error) {
	path := value[string](f, "password-file")
	in := os.Stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return "", fmt.Errorf("read password: %w", err)
		}
		defer file.Close()
		in = file
	} else if isTerminal(in) {
		fmt.Fprint(os.Stderr, "Password (shown as you type; use --password-file to avoid that): ")
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", fmt.Errorf("read password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func adminUserCreate() adminCommand {
	return adminCommand{
		name: "create", summary: "Makes a person's account, with a password from standard input or a file.", args: []string{"NAME"},
		flags: func(f *flag.FlagSet) {
			passwordFlag(f)
			f.String("email", "", "`ADDRESS` to sign in with as well; never required")
			f.Bool("operator", false, "the account may run the server")
		},
		ask: func(f *flag.FlagSet, args []string) (string, any, error) {
			password, err := readPassword(f)
			user := newUser{Username: args[0], Password: password, Operator: value[bool](f, "operator")}
			if email := value[string](f, "email"); email != "" {
				user.Email = &email
			}
			return "users", user, err
		},
	}
}

func adminUserPassword() adminCommand {
	return adminCommand{
		name: "password", summary: "Gives a person a new password and ends all logins.", args: []string{"USER"}, flags: passwordFlag,
		ask: func(f *flag.FlagSet, args []string) (string, any, error) {
			password, err := readPassword(f)
			return "password", passwordOf{userName(args[0]), password}, err
		},
	}
}

func adminUserDisable(name string, disabled bool) adminCommand {
	summary := "Lets a disabled account sign in again."
	if disabled {
		summary = "Keeps an account from signing in and doing anything."
	}
	return adminCommand{name: name, summary: summary, args: []string{"USER"},
		ask: func(_ *flag.FlagSet, args []string) (string, any, error) {
			return "disable", disabledOf{userName(args[0]), disabled}, nil
		},
	}
}

func adminBotCreate() adminCommand {
	return adminCommand{
		name: "create", summary: "Makes a bot with its application and shows its token once.", args: []string{"NAME"},
		flags: func(f *flag.FlagSet) {
			f.String("owner", "", "`USER` whose bot it is, by name or id")
			f.Bool("intents", false, "grant all privileged intents")
			f.Bool("private", false, "only the owner may add it to guilds")
		},
		ask: func(f *flag.FlagSet, args []string) (string, any, error) {
			if value[string](f, "owner") == "" {
				return "", nil, usagef("admin bot create: whose bot is it? --owner USER")
			}
			return "bots", newBot{args[0], userName(value[string](f, "owner")), value[bool](f, "private"), value[bool](f, "intents")}, nil
		},
	}
}

func adminGuildCreate() adminCommand {
	return adminCommand{
		name: "create", summary: "Makes a guild with a text channel.", args: []string{"NAME"},
		flags: func(f *flag.FlagSet) { f.String("owner", "", "`USER` who owns it, by name or id") },
		ask: func(f *flag.FlagSet, args []string) (string, any, error) {
			if value[string](f, "owner") == "" {
				return "", nil, usagef("admin guild create: who owns it? --owner USER")
			}
			return "guilds", newGuild{args[0], userName(value[string](f, "owner"))}, nil
		},
	}
}

func adminGuildJoin() adminCommand {
	return adminCommand{
		name: "join", summary: "Makes a person or a bot a member of a guild.", args: []string{"GUILD", "USER"},
		flags: func(f *flag.FlagSet) { f.Bool("administrator", false, "give a bot's own role ADMINISTRATOR") },
		ask: func(f *flag.FlagSet, args []string) (string, any, error) {
			member := newMember{User: userName(args[1]), Administrator: value[bool](f, "administrator")}
			if err := member.Guild.UnmarshalText([]byte(args[0])); err != nil {
				return "", nil, usagef("admin guild join: %q is no guild's id", args[0])
			}
			return "members", member, nil
		},
	}
}

func adminToken(name, summary string, reset bool) adminCommand {
	return adminCommand{name: name, summary: summary, args: []string{"USER"},
		ask: func(_ *flag.FlagSet, args []string) (string, any, error) {
			return "tokens", tokenOf{userName(args[0]), reset}, nil
		},
	}
}

func adminSetupLink() adminCommand {
	return adminCommand{name: "setup-link", summary: "Makes a new one-time link for the first account.",
		ask: func(*flag.FlagSet, []string) (string, any, error) { return "setup-link", struct{}{}, nil },
	}
}
