package guildhall

// Phase says what is to be done with a row of a record.
type Phase uint8

const (
	// Install puts the row into the committed layer at once: loading, and following another's records.
	Install Phase = iota
	// Stage puts it on top as proposed.
	Stage
	// Commit moves what was staged for it into the committed layer.
	Commit
)

// apply carries one row into a layered map.
func apply[K comparable, V any](l *Layered[K, *V], k K, row *Row, phase Phase) error {
	if phase == Commit {
		l.Commit(k)
		return nil
	}
	v, err := decode[V](row)
	if err != nil {
		return err
	}
	if phase == Stage {
		l.Stage(k, v, !row.Delete)
	} else {
		l.Set(k, v, !row.Delete)
	}
	return nil
}
