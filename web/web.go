package web

import (
	"embed"
	"io/fs"
	"net/http"
	"strings"
)

//go:embed pages
var pages embed.FS

// policy lets the pages load their own script and style and talk to their own server, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the pages: "/", "/setup" and those to which applications send people, "/oauth2/authorize".
func Handler() http.Handler {
	files, err := fs.Sub(pages, "pages")
	if err != nil {
		panic("web: the folder is embedded above: " + err.Error())
	}
	mux := http.NewServeMux()
	page := func(name string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, name) }
	}
	mux.HandleFunc("GET /{$}", page("home.html"))
	mux.HandleFunc("GET /setup", page("setup.html"))
	mux.HandleFunc("GET /oauth2/authorize", page("authorize.html"))
	mux.HandleFunc("GET /oauth2/authorized", page("authorized.html"))
	mux.Handle("GET /assets/", http.FileServerFS(files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		mux.ServeHTTP(w, r)
	})
}

// SentHere tells whether a browser is at the address of the API that some libraries send people to in the place of the
// page, and gives the page's. The API itself is never asked for HTML.
func SentHere(r *http.Request) (page string, ok bool) {
	path := strings.TrimPrefix(r.URL.Path, "/api")
	if version, rest, found := strings.Cut(strings.TrimPrefix(path, "/"), "/"); found && (version == "v9" || version == "v10") {
		path = "/" + rest
	}
	html := strings.Contains(r.Header.Get("Accept"), "text/html") && r.Header.Get("Authorization") == ""
	if path != "/oauth2/authorize" || path == r.URL.Path || r.Method != http.MethodGet || !html {
		return "", false
	}
	return path + "?" + r.URL.RawQuery, true
}
