package guildhall

import "iter"

// Layered is a map whose committed values lie under those of records that are proposed but not committed yet. Readers
// of the committed layer never see a proposed value; whoever checks the next change sees both.
type Layered[K comparable, V any] struct {
	base   map[K]V
	staged map[K][]stagedValue[V]
	// grown is how many more keys there are with the staged values than without.
	grown int
}

type stagedValue[V any] struct {
	value   V
	present bool
}

// Get gives the value with (staged) or without the proposed changes.
func (l *Layered[K, V]) Get(k K, staged bool) (V, bool) {
	if s := l.staged[k]; staged && len(s) > 0 {
		top := s[len(s)-1]
		return top.value, top.present
	}
	v, ok := l.base[k]
	return v, ok
}

// Len is the number of keys.
func (l *Layered[K, V]) Len(staged bool) int {
	if staged {
		return len(l.base) + l.grown
	}
	return len(l.base)
}

// All walks the entries in no order.
func (l *Layered[K, V]) All(staged bool) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for k, v := range l.base {
			if staged && len(l.staged[k]) > 0 {
				continue
			}
			if !yield(k, v) {
				return
			}
		}
		if !staged {
			return
		}
		for k, s := range l.staged {
			if top := s[len(s)-1]; top.present && !yield(k, top.value) {
				return
			}
		}
	}
}

// Set changes the committed layer directly.
func (l *Layered[K, V]) Set(k K, v V, present bool) {
	if len(l.staged[k]) == 0 {
		l.put(k, v, present)
		return
	}
	// A staged value above stays the one in force; only what grown counts from changes.
	_, before := l.base[k]
	l.put(k, v, present)
	_, after := l.base[k]
	l.grown += count(before) - count(after)
}

// Stage puts a proposed value on top.
func (l *Layered[K, V]) Stage(k K, v V, present bool) {
	_, before := l.Get(k, true)
	if l.staged == nil {
		l.staged = make(map[K][]stagedValue[V])
	}
	l.staged[k] = append(l.staged[k], stagedValue[V]{v, present})
	l.grown += count(present) - count(before)
}

// Commit moves the oldest staged value of k into the committed layer.
func (l *Layered[K, V]) Commit(k K) {
	s := l.staged[k]
	if len(s) == 0 {
		return
	}
	_, before := l.base[k]
	l.put(k, s[0].value, s[0].present)
	_, after := l.base[k]
	l.grown += count(before) - count(after)
	if len(s) == 1 {
		delete(l.staged, k)
	} else {
		l.staged[k] = s[1:]
	}
}

// Forget removes a committed value that can be read again from a table; a key with staged values is kept.
func (l *Layered[K, V]) Forget(k K) bool {
	if len(l.staged[k]) > 0 {
		return false
	}
	delete(l.base, k)
	return true
}

func (l *Layered[K, V]) put(k K, v V, present bool) {
	if !present {
		delete(l.base, k)
		return
	}
	if l.base == nil {
		l.base = make(map[K]V)
	}
	l.base[k] = v
}

func count(present bool) int {
	if present {
		return 1
	}
	return 0
}
