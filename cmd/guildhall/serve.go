package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"guildhall/config"
	"guildhall/world"
)

// devOperatorToken is the operator's token under --dev, where everything is the same every time and nobody but this
// machine can connect.
const devOperatorToken = "guildhall-dev-operator"

// failedDrainTimeout bounds the drain of a server that can't go on: what waits for its store will not be answered, and the
// sooner it ends the sooner the next one serves.
const failedDrainTimeout = 2 * time.Second

const serveSummary = `Runs the server until SIGTERM or Ctrl-C, and then drains it; a second signal ends it at once.
Prints one line "guildhall ready URL" on stdout once it serves; everything else goes to stderr.
With --dev everything is kept in memory, and the same people, bots and guilds are there every time.`

func serveCommand(ctx context.Context, s streams, args []string) error {
	f := flagSet("serve")
	given := settingFlags(f)
	asJSON := f.Bool("json", false, "before the ready line, print one JSON object with addresses, ids and tokens (with --dev)")
	rest, err := parse(f, s, serveSummary, args)
	if err != nil {
		return helpOr(err)
	}
	if len(rest) > 0 {
		return usagef("serve: %q is not a flag; settings are given as --name value", rest[0])
	}
	c, err := load(s, given)
	if err != nil {
		return err
	}
	if *asJSON && !c.Dev {
		return usagef("serve: --json needs --dev: only there are tokens nothing secret")
	}
	log := newLogger(s.err, c)
	warnings := c.Warnings()
	if !c.Dev {
		warnings = append(warnings, exposed(c.Data)...)
	}
	for _, w := range warnings {
		log.Warn(w.Text, "setting", w.Key)
	}
	return serveUntil(ctx, s, c, log, *asJSON)
}

// serveUntil runs a server until ctx ends, which is no failure at any moment, or the server does, which is.
func serveUntil(ctx context.Context, s streams, c config.Config, log *slog.Logger, asJSON bool) error {
	served, err := startServer(ctx, c, log)
	if err != nil {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			log.Info("stopped while starting", "error", err)
			return nil
		}
		return err
	}
	if sink, ok := s.err.(*logSink); ok {
		served.node.metrics.MustRegister(sink.collector())
	}
	if ctx.Err() == nil {
		// What is begun to be said is said to its end.
		if err := served.announce(context.WithoutCancel(ctx), s, asJSON); err != nil {
			return errors.Join(err, served.close(ctx))
		}
	}
	if err := served.wait(ctx); err != nil {
		log.Error("ending", "error", err)
		served.config.DrainTimeout = min(served.config.DrainTimeout, failedDrainTimeout)
		return errors.Join(err, served.close(ctx))
	}
	log.Info("draining")
	return served.close(ctx)
}

// announced is what --json prints.
type announced struct {
	URL           string `json:"url"`
	Gateway       string `json:"gateway"`
	Control       string `json:"control"`
	Ops           string `json:"ops"`
	OperatorToken string `json:"operator_token"`
	*world.Made
}

// announce says on stderr what a person needs and on stdout what programs wait for.
func (s *server) announce(ctx context.Context, out streams, asJSON bool) error {
	switch {
	case s.config.Dev && asJSON:
		a := announced{s.endpoints.URL, s.endpoints.Gateway, s.endpoints.Ops, s.endpoints.Ops, s.token, s.made}
		if err := json.NewEncoder(out.out).Encode(a); err != nil {
			return fmt.Errorf("print the world: %w", err)
		}
	case s.config.Dev:
		s.greetDeveloper(out)
	default:
		if err := s.greetOperator(ctx, out); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out.out, "guildhall ready %s\n", s.endpoints.URL)
	return err
}

func (s *server) greetDeveloper(out streams) {
	if len(s.made.Bots) == 0 || len(s.made.Channels) == 0 {
		fmt.Fprintf(out.err, "The world has no bot or no channel; see --json for what it has.\n")
		return
	}
	bot, channel := s.made.Bots[0], s.made.Channels[0]
	fmt.Fprintf(out.err, `
  A server for bots, in memory, for this machine only. The same ids and tokens every time.

  guild     %s  (%s)
  channel   %s  (#%s)
  bot       %s  %s
  token     %s

  Say something:

    curl -sS %s/api/v10/channels/%s/messages \
      -H 'Authorization: Bot %s' -H 'Content-Type: application/json' -d '{"content":"Hello"}'

`, s.made.Guilds[0].ID, s.made.Guilds[0].Name, channel.ID, channel.Name, bot.Name, bot.ID, bot.Token,
		s.endpoints.URL, channel.ID, bot.Token)
}

func (s *server) greetOperator(ctx context.Context, out streams) error {
	open, err := s.operations.setup.open(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out.err, "\n  data      %s\n  listens   %s%s\n", s.config.Data, s.endpoints.URL, reachNote(s.config))
	if open {
		secret, err := s.operations.setup.link(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(out.err, "  set up    %s\n            make the first account there; the link works once, for an hour\n            (again: guildhall admin setup-link)\n",
			s.setupURL(secret))
	}
	fmt.Fprintln(out.err)
	return nil
}

func (s *server) setupURL(secret string) string { return s.endpoints.URL + "/setup#" + secret }

func reachNote(c config.Config) string {
	if c.LoopbackOnly() {
		return "  (only this machine can reach it)"
	}
	return ""
}
