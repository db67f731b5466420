package sim

// pure core

import (
	"guildhall"
)

// userKey is where a user's row is.
func userKey(o guildhall.Object) guildhall.RowKey {
	row := guildhall.UserRow(&guildhall.User{ID: guildhall.UserID(o.ID)})
	return row.Key()
}

// userName reads the name out of a user's row.
func userName(value []byte) string {
	var u struct {
		Name string `json:"username"`
	}
	read(&guildhall.Row{Value: value}, &u)
	return u.Name
}

// checkName judges that the name which a record gives to a user is nobody else's.
func (m *model) checkName(l *ledger, r *guildhall.Record) {
	if r.Object.Kind != guildhall.KindUser {
		return
	}
	key := userKey(r.Object)
	for i := range r.Rows {
		if r.Rows[i].Key() != key {
			continue
		}
		name := userName(r.Rows[i].Value)
		if other, taken := m.named[name]; taken && other != r.Object {
			m.w.violate(CheckName, "record %d of %v names it %q, as %v is", r.Position, r.Object, name, other)
		}
		if before, is := l.now(key); is {
			delete(m.named, userName(before.value))
		}
		m.named[name] = r.Object
	}
}
