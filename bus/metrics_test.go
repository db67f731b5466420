package bus_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"guildhall/bus"
)

func TestDropsAreCounted(t *testing.T) {
	t.Parallel()
	var l bus.Local
	r := prometheus.NewRegistry()
	if err := l.Register(r); err != nil {
		t.Fatal(err)
	}
	l.Publish("nobody", []byte("lost"))
	l.Publish("nobody", []byte("lost too"))
	want := `
# HELP guildhall_bus_dropped_total Publishes dropped because a node's queue was full or the node unknown; its sessions notice by position.
# TYPE guildhall_bus_dropped_total counter
guildhall_bus_dropped_total 2
`
	if err := testutil.GatherAndCompare(r, strings.NewReader(want), "guildhall_bus_dropped_total"); err != nil {
		t.Error(err)
	}
}
