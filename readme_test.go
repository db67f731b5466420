package guildhall_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// examplesFolder holds the programs that the README shows and the tests run.
const examplesFolder = "witness/examples"

// blockForm is a fenced block whose origin stands in a remark before it.
var blockForm = regexp.MustCompile("(?ms)^<!-- (" + examplesFolder + "/[^ ]+) -->\n```[a-z]*\n(.*?)^```$")

// TestREADMEExamples: what a reader pastes is what the tests have run.
func TestREADMEExamples(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, block := range blockForm.FindAllSubmatch(readme, -1) {
		path, text := string(block[1]), string(block[2])
		shown = append(shown, path)
		file, err := os.ReadFile(filepath.FromSlash(path))
		if err != nil {
			t.Errorf("README.md shows %s: %v", path, err)
			continue
		}
		if want := strings.TrimSuffix(string(file), "\n") + "\n"; text != want {
			t.Errorf("README.md differs from %s: copy the file into the block\nREADME:\n%s\nfile:\n%s", path, text, want)
		}
	}
	for _, marker := range regexp.MustCompile("<!-- ("+examplesFolder+"/[^ ]+) -->").FindAllSubmatch(readme, -1) {
		if !slices.Contains(shown, string(marker[1])) {
			t.Errorf("README.md names %s without a block behind it", marker[1])
		}
	}
	for _, library := range []string{"discord.js", "discord.py", "discordgo", "hikari"} {
		name := strings.ReplaceAll(library, ".", "")
		if !slices.ContainsFunc(shown, func(path string) bool { return strings.Contains(path, name) }) {
			t.Errorf("README.md has no example for %s", library)
		}
	}
}

// TestREADMELinks: every relative link of the documents at the top leads somewhere.
func TestREADMELinks(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#: ]+)(#[^)]*)?\)`)
	for _, document := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/glossary.md"} {
		text, err := os.ReadFile(filepath.FromSlash(document))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, match := range link.FindAllSubmatch(text, -1) {
			target := filepath.Join(filepath.Dir(document), filepath.FromSlash(string(match[1])))
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", document, match[1], err)
			}
		}
	}
}
