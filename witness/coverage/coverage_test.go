package coverage_test

import (
	"flag"
	"os"
	"slices"
	"testing"

	"guildhall/witness/coverage"
)

var updatePage = flag.Bool("update-libraries", false, "write docs/libraries.md anew")

const (
	recordFile  = "coverage.json"
	withoutFile = "without.txt"
	servedFile  = "../../docs/compatibility.md"
	pageFile    = "../../docs/libraries.md"
)

func read(t *testing.T) (coverage.Record, coverage.Served, coverage.Without) {
	t.Helper()
	record, err := coverage.Read(recordFile)
	if err != nil {
		t.Fatal(err)
	}
	served, err := coverage.ReadServed(servedFile)
	if err != nil {
		t.Fatal(err)
	}
	without, err := coverage.ReadWithout(withoutFile)
	if err != nil {
		t.Fatal(err)
	}
	return record, served, without
}

// TestLibrariesPage: docs/libraries.md says what the record says, whose truth each run of the witnesses checks.
func TestLibrariesPage(t *testing.T) {
	t.Parallel()
	page := coverage.Page(read(t))
	if *updatePage {
		if err := os.WriteFile(pageFile, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != page {
		t.Error("docs/libraries.md is old: go test ./witness/coverage -run TestLibrariesPage -update-libraries")
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	served := coverage.Served{Operations: []coverage.Operation{{ID: "one"}, {ID: "two"}}}
	use := func(ids ...string) coverage.Use { return coverage.Use{Operations: ids} }
	cases := map[string]struct {
		record  coverage.Record
		without coverage.Without
		want    []string
	}{
		"two each": {
			record: coverage.Record{"discordgo": use("one", "two"), "hikari": use("one", "two")},
		},
		"one of four": {
			record: coverage.Record{"discordgo": use("one", "two"), "hikari": use("two")},
			want:   []string{"one is used by 1 of the main libraries; discord.js, discord.py, hikari could"},
		},
		"others do not count": {
			record: coverage.Record{"discordgo": use("one", "two"), "hikari": use("two"), "eris": use("one")},
			want:   []string{"one is used by 1 of the main libraries; discord.js, discord.py, hikari could"},
		},
		"only one has a method": {
			record:  coverage.Record{"discordgo": use("one", "two"), "hikari": use("two")},
			without: coverage.Without{"one": {"discord.js": "r", "discord.py": "r", "hikari": "r"}},
		},
		"nobody can": {
			record:  coverage.Record{"discordgo": use("two"), "hikari": use("two")},
			without: coverage.Without{"one": {"*": "r"}},
		},
		"it has a method after all": {
			record:  coverage.Record{"discordgo": use("one", "two"), "hikari": use("one", "two")},
			without: coverage.Without{"one": {"hikari": "r"}},
			want:    []string{"one is listed as without a method in hikari, which has used it", "one is used by 1 of the main libraries; discord.js, discord.py could"},
		},
		"names that are none": {
			record:  coverage.Record{"discordgo": use("one", "two"), "hikari": use("one", "two")},
			without: coverage.Without{"three": {"*": "r"}, "two": {"eris": "r"}},
			want: []string{
				"three is listed as without a method, and nothing that is served has that name",
				`two is listed as without a method in "eris", which is none of the main libraries`,
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := coverage.Short(c.record, served, c.without); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestTwoLibrariesEach: each operation that a bot can use and each event is used by two of the main libraries, where two can.
func TestTwoLibrariesEach(t *testing.T) {
	t.Parallel()
	for _, wrong := range coverage.Short(read(t)) {
		t.Error(wrong)
	}
}
