// Command guildhall is the whole of Guildhall in one binary: the server and the commands that operate it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes of every command.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	// exitInterrupted ends a process at the second signal.
	exitInterrupted = 130
)

// command is one word of the command line, or one with further words below it.
type command struct {
	name    string
	summary string
	run     func(ctx context.Context, io streams, args []string) error
	sub     []command
}

// streams are where a command reads and writes.
type streams struct {
	out, err io.Writer
	environ  []string
}

// usageError is wrong usage: exit code 2.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errShown means that the command has already said what is wrong.
var errShown = errors.New("already shown")

func main() {
	ctx, stop := signalled(context.Background())
	defer stop()
	log := newLogSink(os.Stderr)
	code := run(ctx, streams{os.Stdout, log, os.Environ()}, os.Args[1:])
	log.close()
	os.Exit(code)
}

// signalled ends ctx at the first SIGTERM or Ctrl-C and the process at the second.
func signalled(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitInterrupted)
	}()
	return ctx, cancel
}

// run carries out a command line and returns the exit code.
func run(ctx context.Context, io streams, args []string) int {
	err := dispatch(ctx, io, commands(), "guildhall", args)
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		if !errors.Is(err, errShown) {
			fmt.Fprintln(io.err, "guildhall:", err)
		}
		return exitUsage
	case errors.Is(err, errShown):
		return exitFailed
	}
	fmt.Fprintln(io.err, "guildhall:", err)
	return exitFailed
}

func dispatch(ctx context.Context, io streams, known []command, path string, args []string) error {
	if len(args) == 0 || args[0] == "--help" || args[0] == "-h" || args[0] == "help" {
		showCommands(io.out, known, path)
		if len(args) == 0 {
			return usagef("say what to do; %s --help lists it", path)
		}
		return nil
	}
	for _, c := range known {
		if c.name != args[0] {
			continue
		}
		if len(c.sub) > 0 {
			return dispatch(ctx, io, c.sub, path+" "+c.name, args[1:])
		}
		return c.run(ctx, io, args[1:])
	}
	return usagef("there is no %s %s; %s --help lists what there is", path, args[0], path)
}

func showCommands(w io.Writer, known []command, path string) {
	fmt.Fprintf(w, "Usage: %s COMMAND [FLAGS]\n\n", path)
	for _, c := range known {
		fmt.Fprintf(w, "  %-12s %s\n", c.name, c.summary)
	}
	fmt.Fprintf(w, "\n%s COMMAND --help says more about one.\n", path)
}

// commands is the table of everything that the binary can do.
func commands() []command {
	return []command{
		{name: "serve", summary: "run the server; --dev for a local one with a world to try bots in", run: serveCommand},
		{name: "fixture", summary: "make bots, people and guilds for a test", run: fixtureCommand},
		{name: "admin", summary: "make and change accounts, bots, guilds and tokens", sub: adminCommands()},
		{name: "config", summary: "show or check the settings", sub: []command{
			{name: "show", summary: "every setting with its value and where it came from", run: configShow},
			{name: "validate", summary: "check a settings file", run: configValidate},
		}},
		{name: "version", summary: "the version of this binary", run: versionCommand},
	}
}
