package conformance_test

import (
	"testing"

	"guildhall/conformance"
	"guildhall/store"
)

func TestModel(t *testing.T) {
	t.Parallel()
	conformance.Store(t, func(*testing.T) store.Store { return conformance.NewModel() })
}
