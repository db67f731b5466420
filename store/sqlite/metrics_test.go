package sqlite_test

import (
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall/store"
	"guildhall/store/sqlite"
)

func TestMetricsCountResults(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	db := open(t, sqlite.Config{Memory: true, Metrics: registry})
	defer shut(t, db)
	if err := db.Append(t.Context(), logID(1), 1, messageRecords(guild(1), 1, 1)); err != nil {
		t.Fatal(err)
	}
	if err := db.Append(t.Context(), logID(1), 3, nil); !errors.Is(err, store.ErrGap) {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[string]float64)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == "guildhall_sqlite_writes_total" {
				counts[metric.GetLabel()[0].GetValue()] = metric.GetCounter().GetValue()
			}
		}
	}
	if len(counts) != 2 || counts["done"] != 1 || counts["refused"] != 1 {
		t.Errorf("counts are %v", counts)
	}
}
