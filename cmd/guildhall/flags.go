package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"guildhall/config"
)

// flagSet makes a set that leaves help and errors to parse.
func flagSet(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	return f
}

// parse reads the arguments; a call for help is answered on out and returned as flag.ErrHelp.
func parse(f *flag.FlagSet, s streams, summary string, args []string) (rest []string, err error) {
	err = f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		showFlags(s.out, f, summary)
		return nil, err
	}
	if err != nil {
		return nil, usagef("%s: %w (guildhall %s --help lists the flags)", f.Name(), err, f.Name())
	}
	return f.Args(), nil
}

func showFlags(w io.Writer, f *flag.FlagSet, summary string) {
	fmt.Fprintf(w, "Usage: guildhall %s [FLAGS]\n\n%s\n\n", f.Name(), summary)
	f.VisitAll(func(fl *flag.Flag) {
		placeholder, help := flag.UnquoteUsage(fl)
		name := "--" + fl.Name
		if placeholder != "" {
			name += " " + placeholder
		}
		fmt.Fprintf(w, "  %s\n      %s", name, help)
		if fl.DefValue != "" && fl.DefValue != "false" && fl.DefValue != "0" {
			fmt.Fprintf(w, " (default %s)", fl.DefValue)
		}
		fmt.Fprintln(w)
	})
}

// settingFlag keeps a setting's flag as it was given; whether it is right is for config to say.
type settingFlag struct {
	values map[string]string
	name   string
	bool   bool
}

func (s settingFlag) String() string     { return "" }
func (s settingFlag) Set(v string) error { s.values[s.name] = v; return nil }
func (s settingFlag) IsBoolFlag() bool   { return s.bool }

// settingFlags adds the flags of settings, all or those named, and returns where the given ones will be.
func settingFlags(f *flag.FlagSet, only ...string) map[string]string {
	values := make(map[string]string)
	for _, fl := range config.Flags() {
		if len(only) > 0 && !slices.Contains(only, fl.Name) {
			continue
		}
		help := strings.ReplaceAll(fl.Help, "`", "'")
		if fl.Default != "" {
			help += "; default " + fl.Default
		}
		if !fl.Bool {
			help = "`" + fl.Placeholder + "` " + help
		}
		f.Var(settingFlag{values, fl.Name, fl.Bool}, fl.Name, help)
	}
	return values
}

// load reads the settings; what is wrong with them is wrong usage.
func load(s streams, given map[string]string) (config.Config, error) {
	c, err := config.Load(config.Sources{Flags: given, Environ: s.environ})
	var wrong *config.Error
	if errors.As(err, &wrong) {
		return c, usageError{err}
	}
	return c, err
}
