package main

import (
	"fmt"
	"io"
	"strings"
)

// row is the outcome of one check. The JSON names are those that witnesses print.
type row struct {
	Witness string `json:"-"`
	Check   string `json:"check"`
	OK      bool   `json:"ok"`
	Millis  int64  `json:"ms"`
	Detail  string `json:"detail"`
}

// table prints rows as they come and counts them.
type table struct {
	out  io.Writer
	rows []row
}

const rowFormat = "%-15s | %-22s | %-6s | %6v\n"

func (t *table) header() {
	fmt.Fprintf(t.out, rowFormat, "witness", "check", "result", "ms")
}

func (t *table) add(r row) {
	t.rows = append(t.rows, r)
	result := "ok"
	if !r.OK {
		result = "failed"
	}
	fmt.Fprintf(t.out, rowFormat, r.Witness, r.Check, result, r.Millis)
	if r.Detail != "" {
		fmt.Fprintf(t.out, "    %s\n", strings.ReplaceAll(r.Detail, "\n", "\n    "))
	}
}

// summary prints the last line and returns how many failed.
func (t *table) summary() (failed int) {
	for _, r := range t.rows {
		if !r.OK {
			failed++
		}
	}
	fmt.Fprintf(t.out, "%d passed, %d failed\n", len(t.rows)-failed, failed)
	return failed
}
