package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"

	"guildhall"
)

const (
	// pruneMax bounds what one call removes, of events and of the graves of each table.
	pruneMax = 5000
	// pruneStep is what one transaction removes, so that other writes get in between: some 5 ms.
	pruneStep = 500

	// Only the front of the table is looked at: records are inserted about in the order of their times.
	oldEventsSQL    = "SELECT seq FROM (SELECT seq, at FROM events ORDER BY seq LIMIT ?2) WHERE at<?1"
	deleteEventsSQL = "DELETE FROM events WHERE seq IN (SELECT value FROM json_each(?2)) AND at<?1"
)

// Prune removes events of before the time and graves dug before it. Batches need no pruning: none are kept.
func (db *DB) Prune(ctx context.Context, before guildhall.Timestamp) error {
	if err := db.pruneEvents(ctx, before); err != nil {
		return err
	}
	graves := []string{buryOutboxSQL}
	for _, t := range guildhall.Tables() {
		graves = append(graves, db.content[t].bury)
	}
	for _, sql := range graves {
		if err := db.pruneGraves(ctx, sql, before); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) pruneEvents(ctx context.Context, before guildhall.Timestamp) error {
	var old []int64
	err := db.read(ctx, "prune", func(c *conn) error {
		return c.query(oldEventsSQL, 1, func(row []driver.Value) error {
			seq, _ := row[0].(int64)
			old = append(old, seq)
			return ctx.Err()
		}, int64(before), int64(pruneMax))
	})
	for err == nil && len(old) > 0 {
		step := old[:min(pruneStep, len(old))]
		old = old[len(step):]
		var list []byte
		if list, err = json.Marshal(step); err != nil {
			return err
		}
		err = db.write(ctx, "prune", func(c *conn) error {
			_, err := c.exec(deleteEventsSQL, int64(before), string(list))
			return err
		})
	}
	return err
}

func (db *DB) pruneGraves(ctx context.Context, sql string, before guildhall.Timestamp) error {
	for range pruneMax / pruneStep {
		var removed int64
		err := db.write(ctx, "prune", func(c *conn) (err error) {
			removed, err = c.exec(sql, int64(before), int64(pruneStep))
			return err
		})
		if err != nil || removed < pruneStep {
			return err
		}
	}
	return nil
}
