package guildhall_test

import (
	"maps"
	"testing"

	"pgregory.net/rapid"

	"guildhall"
)

// twoLayers is what a Layered is to be, kept as plainly as can be: the committed map and the staged changes in order.
type twoLayers struct {
	base   map[int]int
	staged []stagedChange
}

type stagedChange struct {
	key, value int
	present    bool
}

func (l *twoLayers) proposed() map[int]int {
	m := maps.Clone(l.base)
	for _, c := range l.staged {
		applyChange(m, c)
	}
	return m
}

func applyChange(m map[int]int, c stagedChange) {
	if c.present {
		m[c.key] = c.value
	} else {
		delete(m, c.key)
	}
}

func (l *twoLayers) commit(key int) {
	for i, c := range l.staged {
		if c.key == key {
			applyChange(l.base, c)
			l.staged = append(l.staged[:i:i], l.staged[i+1:]...)
			return
		}
	}
}

func (l *twoLayers) isStaged(key int) bool {
	for _, c := range l.staged {
		if c.key == key {
			return true
		}
	}
	return false
}

// TestLayered: any sequence of changes leaves both layers as the plain maps have them.
func TestLayered(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var l guildhall.Layered[int, int]
		want := twoLayers{base: map[int]int{}}
		keys := rapid.IntRange(0, 3) // few, so that changes meet
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				c := drawChange(t, keys)
				l.Set(c.key, c.value, c.present)
				applyChange(want.base, c)
			},
			"stage": func(t *rapid.T) {
				c := drawChange(t, keys)
				l.Stage(c.key, c.value, c.present)
				want.staged = append(want.staged, c)
			},
			"commit": func(t *rapid.T) {
				k := keys.Draw(t, "key")
				l.Commit(k)
				want.commit(k)
			},
			"forget": func(t *rapid.T) {
				k := keys.Draw(t, "key")
				if got := l.Forget(k); got == want.isStaged(k) {
					t.Fatalf("Forget(%d) = %v", k, got)
				}
				if !want.isStaged(k) {
					delete(want.base, k)
				}
			},
			"": func(t *rapid.T) {
				compareLayer(t, &l, want.base, false)
				compareLayer(t, &l, want.proposed(), true)
			},
		})
	})
}

func drawChange(t *rapid.T, keys *rapid.Generator[int]) stagedChange {
	return stagedChange{keys.Draw(t, "key"), rapid.IntRange(0, 99).Draw(t, "value"), rapid.Bool().Draw(t, "present")}
}

func compareLayer(t *rapid.T, l *guildhall.Layered[int, int], want map[int]int, staged bool) {
	if l.Len(staged) != len(want) {
		t.Fatalf("staged %v: Len is %d, want %d", staged, l.Len(staged), len(want))
	}
	got := map[int]int{}
	for k, v := range l.All(staged) {
		if _, twice := got[k]; twice {
			t.Fatalf("staged %v: %d came twice", staged, k)
		}
		got[k] = v
	}
	if !maps.Equal(got, want) {
		t.Fatalf("staged %v: All gives %v, want %v", staged, got, want)
	}
	for k := range 4 {
		v, ok := l.Get(k, staged)
		if w, there := want[k]; ok != there || ok && v != w {
			t.Fatalf("staged %v: Get(%d) = %d, %v; want %d, %v", staged, k, v, ok, w, there)
		}
	}
	for range l.All(staged) {
		break // stopping early is allowed
	}
}
