package unfurl_test

import (
	"strings"
	"testing"

	"guildhall/unfurl"
)

// BenchmarkLinks is what a message of the usual most characters costs before it is known to have links.
func BenchmarkLinks(b *testing.B) {
	for name, content := range map[string]string{
		"plain": strings.Repeat("words and ", 200), "backticks": strings.Repeat("`a", 1000), "links": strings.Repeat("http://a.example/ ", 110),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				unfurl.Links(content, 5)
			}
		})
	}
}
