package outbound_test

import (
	"testing"
	"time"

	"guildhall/outbound"
)

// TestCache: what is remembered ends with its time, makes room in the order of use, and never takes more than its bytes.
func TestCache(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	c := outbound.NewCache[string](3000, func() time.Time { return now })
	has := func(key string) bool {
		v, ok := c.Get(key)
		if ok && v != key {
			t.Errorf("%s holds %s", key, v)
		}
		return ok
	}
	for _, key := range []string{"a", "b", "c"} {
		c.Put(key, key, 600, time.Minute)
	}
	if !has("a") || !has("b") || !has("c") {
		t.Error("what there is room for is forgotten")
	}
	has("a")
	c.Put("d", "d", 600, time.Minute)
	if has("b") || !has("a") || !has("c") || !has("d") {
		t.Error("not the one used longest ago has gone")
	}
	c.Put("a", "a", 600, time.Second) // again, and for a shorter time
	now = now.Add(time.Second)
	if has("a") || !has("d") {
		t.Error("time is not kept")
	}
	c.Put("large", "large", 3000, time.Minute)
	if has("large") || !has("c") {
		t.Error("one that is too large has driven out others")
	}
	c.Put("x", "x", 2500, time.Minute)
	if has("c") || has("d") || !has("x") {
		t.Error("more than its bytes")
	}
}
