package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"maps"

	"guildhall"
	"guildhall/store"
)

const (
	raiseRingSQL = "UPDATE meta SET value=?1+1 WHERE name='ring_version' AND value=?1"
	// One statement for all slots: a start claims all 1,024. "WHERE true" keeps ON CONFLICT from being read as a join.
	setRingSQL = "INSERT INTO ring(slot, log, epoch) SELECT value, ?1, ?2 FROM json_each(?3) WHERE true " +
		"ON CONFLICT(slot) DO UPDATE SET log=excluded.log, epoch=excluded.epoch"
)

// loadRing reads the ring at the start; afterwards the writer keeps db.ring.
func (db *DB) loadRing(c *conn) error {
	version, err := c.integer("SELECT value FROM meta WHERE name='ring_version'")
	if err != nil {
		return err
	}
	table := &store.RingTable{Version: uint64(version), Slots: make(map[guildhall.Slot]store.Claim)}
	err = c.query("SELECT slot, log, epoch FROM ring", 3, func(row []driver.Value) error {
		slot, _ := row[0].(int64)
		claim := store.Claim{Epoch: positionOf(row[2])}
		if copy(claim.Log[:], bytesOf(row[1])) != len(claim.Log) || slot < 0 || slot >= guildhall.Slots {
			return fmt.Errorf("ring has a damaged row for slot %d", slot)
		}
		table.Slots[guildhall.Slot(slot)] = claim
		return nil
	})
	db.ring.Store(table)
	return err
}

// Ring gives a copy of the ring.
func (db *DB) Ring(ctx context.Context) (store.RingTable, error) {
	if err := db.open(ctx, "read ring"); err != nil {
		return store.RingTable{}, err
	}
	table := db.ring.Load()
	return store.RingTable{Version: table.Version, Slots: maps.Clone(table.Slots)}, nil
}

// RingVersion costs no query.
func (db *DB) RingVersion(ctx context.Context) (uint64, error) {
	return db.ring.Load().Version, db.open(ctx, "read ring version")
}

// SetRing gives slots to a log on the condition of the version.
func (db *DB) SetRing(ctx context.Context, version uint64, log store.LogID, slots []guildhall.Slot) (bool, error) {
	list, err := json.Marshal(slots)
	if err != nil {
		return false, fmt.Errorf("set ring: %w", err)
	}
	applied := false // the writer's until it answers
	claim := store.Claim{Log: log, Epoch: version + 1}
	w := &write{ctx: ctx, done: make(chan error, 1)}
	w.apply = func(c *conn) error {
		applied = false
		changed, err := c.exec(raiseRingSQL, int64(version))
		if err != nil || changed == 0 {
			return err
		}
		applied = true
		_, err = c.exec(setRingSQL, log[:], int64(claim.Epoch), string(list))
		return err
	}
	w.committed = func() {
		if !applied {
			return
		}
		table := &store.RingTable{Version: claim.Epoch, Slots: maps.Clone(db.ring.Load().Slots)}
		for _, slot := range slots {
			table.Slots[slot] = claim
		}
		db.ring.Store(table)
	}
	if err := db.submit("set ring", w); err != nil {
		return false, err
	}
	return applied, nil
}
