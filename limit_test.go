package guildhall_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"guildhall"
)

var updateLimits = flag.Bool("update-limits", false, "write docs/reference/limits.md anew")

const limitsPage = "docs/reference/limits.md"

// TestLimitsPage: the page says what the tables say.
func TestLimitsPage(t *testing.T) {
	t.Parallel()
	page := limitsText()
	if *updateLimits {
		if err := os.WriteFile(limitsPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(limitsPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != page {
		t.Error(limitsPage + " is old: go test -run TestLimitsPage . -update-limits")
	}
}

func limitsText() string {
	var b strings.Builder
	b.WriteString(`# Limits

Made from the tables in ` + "`limittable.go` and `limitfixed.go`" + ` by a test that fails when they drift. Sources without a folder are pages of
[Discord's documentation](https://docs.discord.com/developers). Sizes, times and rates of what strangers send and hold are in
[resource-limits.md](resource-limits.md).

## Limits that an operator sets

Each is a setting of the section ` + "`[limits]`" + `: ` + "`roles = 300`" + ` in the settings file, ` + "`GUILDHALL_LIMITS_ROLES=300`" + ` or ` + "`--limits-roles 300`" + `.
The lowest value is 1. A limit that is lowered takes nothing away: what is there stays, and no more is added. All nodes of an
installation should have the same. Discord's documented value is the default; the text of a refusal has the value that holds.

| setting | what it bounds | default | highest | refusal | source |
| --- | --- | --- | --- | --- | --- |
`)
	for _, e := range guildhall.LimitTable() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s: %s | %s | %s |\n", e.Key, e.Counts, limitValue(&e, e.Default), limitValue(&e, e.Max), e.Why, refusalText(&e), e.Source)
	}
	b.WriteString("\n## Limits that are fixed\n")
	for _, group := range guildhall.FixedLimitTable() {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n| what | limit | source |\n| --- | --- | --- |\n", group.Title, group.Why)
		for _, l := range group.Limits {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", l.Of, l.Value, l.Source)
		}
	}
	b.WriteString(`
## Documented limits that are not counted

Discord documents these and they are not enforced here: members of a guild (30019), bans of users who are not members (30035),
fetches of bans (30037), prunes (30040) and widget changes (30042) beyond the rate limits, edits of messages older than an hour
(30046), daily creations of commands (30034).
`)
	return b.String()
}

func limitValue(e *guildhall.LimitEntry, n int64) string {
	if e.Bytes {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprint(n)
}

func refusalText(e *guildhall.LimitEntry) string {
	text := strings.Replace(e.Text, "%d", limitValue(e, e.Default), 1)
	if e.FieldCode != "" {
		return fmt.Sprintf("%d, %d at `%s`: `%s` %s", e.Status, e.Code, e.Field, e.FieldCode, text)
	}
	return fmt.Sprintf("%d, %d %s", e.Status, e.Code, text)
}

// TestLimitTable holds every row to what is made from it.
func TestLimitTable(t *testing.T) {
	t.Parallel()
	keyForm, seen := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`), map[string]bool{}
	for i, e := range guildhall.LimitTable() {
		limit := guildhall.Limit(i)
		if !keyForm.MatchString(e.Key) || seen[e.Key] || e.Counts == "" || e.Why == "" || e.Source == "" || e.Text == "" || e.Status < 400 || e.Code == 0 {
			t.Errorf("odd row %d: %+v", i, e)
		}
		seen[e.Key] = true
		if e.Default < 1 || e.Max < e.Default || (e.Code == guildhall.ErrInvalidForm.Code) != (e.Field != "" && e.FieldCode != "") {
			t.Errorf("%s: odd values or field: %+v", e.Key, e)
		}
		var none *guildhall.Limits
		lowered := guildhall.Limits{}
		lowered[limit] = 1
		if none.Of(limit) != int(e.Default) || new(guildhall.Limits).Of(limit) != int(e.Default) || lowered.Of(limit) != 1 {
			t.Errorf("%s: %d, %d, %d", e.Key, none.Of(limit), new(guildhall.Limits).Of(limit), lowered.Of(limit))
		}
		if lowered.Room(limit, 0) != nil || lowered.Fit(limit, 1) != nil {
			t.Errorf("%s refuses what fits", e.Key)
		}
		for _, err := range []error{lowered.Room(limit, 1), lowered.Fit(limit, 2)} {
			if refused := (*guildhall.Error)(nil); !errors.As(err, &refused) || refused.Code != e.Code || refused.Status != e.Status || strings.Contains(refused.Message, "%d") {
				t.Errorf("%s: refused with %v", e.Key, err)
			}
		}
	}
}
