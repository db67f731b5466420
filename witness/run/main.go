package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// runner holds the paths and outcomes that all parts share.
type runner struct {
	root   string // of the repository, absolute
	build  string // root/build/witness: installed libraries, binaries, logs
	server string // the guildhall binary, absolute
	update bool   // put down what the libraries have used
	table  *table
}

// part is one row group of the table.
type part struct {
	name string
	run  func(context.Context) error
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	failed, err := run(ctx, os.Args[1:])
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "witness:", err)
		}
		os.Exit(2)
	}
	if failed > 0 {
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (failed int, err error) {
	flags := flag.NewFlagSet("witness/run", flag.ContinueOnError)
	root := flags.String("root", ".", "root of the repository")
	server := flags.String("server", "build/guildhall", "guildhall binary, relative to the root")
	only := flags.String("only", "", "parts to run, by name with commas between; all if empty")
	slow := flags.Bool("slow", false, "the libraries whose toolchains are slow, in place of the others")
	update := flags.Bool("update", false, "put down in "+recordFile+" what each library has used")
	if err := flags.Parse(args); err != nil {
		return 0, err
	}
	r := &runner{update: *update, table: &table{out: os.Stdout}}
	if r.root, err = filepath.Abs(*root); err != nil {
		return 0, err
	}
	r.build = filepath.Join(r.root, "build", "witness")
	if r.server = *server; !filepath.IsAbs(r.server) {
		r.server = filepath.Join(r.root, r.server)
	}
	if _, err := os.Stat(r.server); err != nil {
		return 0, fmt.Errorf("no server to judge: %w; build it with: go build -o build/guildhall ./cmd/guildhall", err)
	}
	parts, err := selected(r.parts(*slow), *only)
	if err != nil {
		return 0, err
	}
	if err := r.install(ctx, parts); err != nil {
		return 0, err
	}
	r.table.header()
	for _, p := range parts {
		if err := p.run(ctx); err != nil {
			r.table.add(row{Witness: p.name, Check: "run", Detail: err.Error()})
		}
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
	}
	return r.table.summary(), nil
}

func (r *runner) parts(slow bool) []part {
	var parts []part
	libraries := r.witnesses()
	if slow {
		libraries = r.slowWitnesses()
	}
	for _, w := range libraries {
		parts = append(parts, part{w.name, func(ctx context.Context) error { return r.witness(ctx, w) }})
	}
	if slow {
		return parts
	}
	parts = append(parts,
		part{"examples", r.examples},
		part{"pingpong", r.pingpong},
		part{"dm_pingpong", r.dmPingpong},
		part{"avatar", r.avatar},
		part{nameSuite, r.discordgoSuite})
	for _, e := range discordgoBots() {
		parts = append(parts, part{e.name, r.discordgoExample(e)})
	}
	return parts
}

// selected keeps the parts that are wanted by name.
func selected(parts []part, only string) ([]part, error) {
	if only == "" {
		return parts, nil
	}
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	wanted := strings.Split(only, ",")
	for _, name := range wanted {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("no part %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	return slices.DeleteFunc(parts, func(p part) bool { return !slices.Contains(wanted, p.name) }), nil
}
