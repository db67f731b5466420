package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// putMessage writes a message, and where its files are shown. before is what it was, nil for a new one: the files that it had
// and has no more are named by nothing then, and swept.
func (d *draft) putMessage(before, m *guildhall.Message) {
	row := guildhall.MessageRow(m)
	d.put(row)
	d.putFiles(before, m, row.Key())
}

func (d *draft) putFiles(before, m *guildhall.Message, holder guildhall.RowKey) {
	var had []guildhall.Attachment
	if before != nil {
		had = before.Files()
	}
	has := m.Files()
	for _, f := range has {
		if !slices.ContainsFunc(had, sameFile(f)) {
			d.put(guildhall.FileRow(f.ID, holder))
		}
	}
	for _, f := range had {
		if !slices.ContainsFunc(has, sameFile(f)) {
			d.put(guildhall.FileRow(f.ID, holder).Deleted())
		}
	}
}

func sameFile(a guildhall.Attachment) func(guildhall.Attachment) bool {
	return func(b guildhall.Attachment) bool { return a.ID == b.ID }
}

// dropMessage deletes a message, and lets its files go.
func (d *draft) dropMessage(m *guildhall.Message) {
	row := guildhall.MessageRow(m)
	d.put(row.Deleted())
	for _, f := range m.Files() {
		d.put(guildhall.FileRow(f.ID, row.Key()).Deleted())
	}
}
