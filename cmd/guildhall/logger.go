package main

import (
	"io"
	"log/slog"

	"guildhall/config"
)

// newLogger makes the log of a process. Nothing that is logged holds a token or content: those who log see to it, and a
// canary in the tests looks for it.
func newLogger(w io.Writer, c config.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == config.LogJSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
