// Package routes is the one table of what is served over HTTP: every route with its cost, its limits, its caching and what
// becomes of it when its backend is down. The API's mux, the edge's rules and the documentation are derived from it.
package routes
