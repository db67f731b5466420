package sqlite_test

import (
	"testing"

	"guildhall/conformance"
	"guildhall/store"
	"guildhall/store/sqlite"
)

func open(t testing.TB, cfg sqlite.Config) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestConformanceInMemory(t *testing.T) {
	t.Parallel()
	conformance.Store(t, func(t *testing.T) store.Store { return open(t, sqlite.Config{Memory: true}) })
}

func TestConformanceInFolder(t *testing.T) {
	t.Parallel()
	conformance.Store(t, func(t *testing.T) store.Store { return open(t, sqlite.Config{Dir: t.TempDir()}) })
}
