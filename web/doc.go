// Package web holds the pages that the binary serves itself. They use the public API only.
package web
