package api_test

import (
	"net/http"
	"strings"
	"testing"

	"guildhall/admission"
	"guildhall/api"
)

func TestMultipart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	part := func(name, file, content string) string {
		disposition := `Content-Disposition: form-data; name="` + name + `"`
		if file != "" {
			disposition += `; filename="` + file + `"`
		}
		return "--B\r\n" + disposition + "\r\n\r\n" + content + "\r\n"
	}
	payload := part("payload_json", "", `{"content":"hello"}`)
	tests := map[string]struct {
		body   string
		status int
		want   string
	}{
		"payload alone":           {payload, 200, ""},
		"nothing":                 {"", 400, ""},
		"fields alone":            {part("content", "", "from a form") + part("tts", "", "true") + part("nonce", "", "7"), 200, ""},
		"fields beside":           {payload + part("content", "", "not this") + part("tts", "", "true"), 200, ""},
		"a field of structure":    {part("embeds", "", `[{"title":"x"}]`), 400, "embeds"},
		"a field of a wrong kind": {part("content", "", "x") + part("tts", "", "perhaps"), 400, "BOOLEAN_TYPE_CONVERT"},
		"a field twice":           {part("content", "", "x") + part("content", "", "y"), 400, ""},
		"a field of 2 MiB":        {part("content", "", strings.Repeat("x", 2<<20)), 413, ""},
		"a field as a file":       {part("content", "x.txt", "x"), 400, ""},
		"no fields but a file":    {part("file", "", "x"), 200, ""},
		"a file":                  {payload + part("files[0]", "../../x", "data"), 200, ""},
		"a file alone":            {part("files[0]", "x", "data"), 200, ""},
		"two of one index":        {payload + part("files[0]", "x", "data") + part("files[0]", "y", "data"), 400, "FILES_INDEX_TAKEN"},
		"eleven files":            {payload + strings.Repeat(part("file", "x", "y"), 11), 400, ""},
		"two payloads":            {payload + payload, 400, ""},
		"a broken payload":        {part("payload_json", "", `{`), 400, "50109"},
		"a thousand parts":        {payload + strings.Repeat(part("file", "x", "y"), 1000), 400, ""},
		"a payload of 2 MiB":      {part("payload_json", "", strings.Repeat("x", 2<<20)), 413, ""},
		"a file without a end":    {payload + "--B\r\nContent-Disposition: form-data; name=\"files[0]\"\r\n\r\nxx", 400, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			body := test.body
			if !strings.Contains(name, "without") {
				body += "--B--\r\n"
			}
			h := http.Header{"Content-Type": {`multipart/form-data; boundary=B`}}
			got := w.do(ask{method: "POST", path: chat, as: botID, body: body, header: h})
			if got.Code != test.status || !strings.Contains(got.Body.String(), test.want) {
				t.Errorf("%d %s, want %d with %q", got.Code, got.Body, test.status, test.want)
			}
			sent := map[string]string{
				"fields alone":  `{"content":"from a form","tts":true,"nonce":"7"}`,
				"fields beside": `{"content":"hello","tts":true}`,
			}[name]
			if sent != "" && canonical(string(w.owners.last().Body)) != canonical(sent) {
				t.Errorf("the owner was asked for %s, want %s", w.owners.last().Body, sent)
			}
		})
	}
	h := http.Header{"Content-Type": {`multipart/form-data; boundary=B`}}
	w.want(ask{method: "PATCH", path: "/api/v10/channels/4194304", as: botID, body: payload + "--B--\r\n", header: h}, 415, "")
}
