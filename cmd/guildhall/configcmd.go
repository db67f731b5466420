package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"guildhall/config"
)

func configShow(_ context.Context, s streams, args []string) error {
	const summary = "Shows every setting with its value and where it came from."
	f := flagSet("config show")
	given := settingFlags(f)
	asJSON := f.Bool("json", false, "print JSON")
	if _, err := parse(f, s, summary, args); err != nil {
		return helpOr(err)
	}
	c, err := load(s, given)
	if err != nil {
		return err
	}
	if *asJSON {
		return c.WriteJSON(s.out)
	}
	return c.WriteText(s.out)
}

func configValidate(_ context.Context, s streams, args []string) error {
	const summary = "Checks a settings file, named as argument, and says everything that is wrong with it."
	f := flagSet("config validate")
	rest, err := parse(f, s, summary, args)
	if err != nil {
		return helpOr(err)
	}
	if len(rest) != 1 {
		return usagef("config validate: name one file: guildhall config validate FILE")
	}
	err = config.ValidateFile(rest[0])
	var wrong *config.Error
	if errors.As(err, &wrong) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, rest[0], "is fine")
	return nil
}

// helpOr turns a call for help, which has been answered, into success.
func helpOr(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}
