package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"guildhall"
	"guildhall/store"
)

const (
	outboxSQL = "SELECT object, pos, idx, receiver, name, body FROM outbox WHERE slot=?1 AND died IS NULL ORDER BY object, pos, idx LIMIT ?2"
	// Also where the follow-up is not there (yet): its record, projected late by somebody else, must not bring it back.
	outboxDoneSQL = "INSERT INTO outbox(slot, object, pos, idx, receiver, name, body, died) VALUES(?1, ?2, ?3, ?4, x'', '', x'', ?5) " +
		"ON CONFLICT(slot, object, pos, idx) DO UPDATE SET body=x'', died=excluded.died WHERE died IS NULL"
	buryOutboxSQL = "DELETE FROM outbox WHERE (slot, object, pos, idx) IN (SELECT slot, object, pos, idx FROM outbox WHERE died<?1 LIMIT ?2)"
)

// Outbox gives what waits, object by object.
func (db *DB) Outbox(ctx context.Context, slot guildhall.Slot, limit int) (waiting []store.Pending, err error) {
	if limit <= 0 {
		return nil, fmt.Errorf("read outbox: limit %d", limit)
	}
	err = db.read(ctx, "read outbox", func(c *conn) error {
		return c.query(outboxSQL, 6, func(row []driver.Value) error {
			from, err := objectOf(row[0])
			if err != nil {
				return err
			}
			to, err := objectOf(row[3])
			if err != nil {
				return err
			}
			name, _ := row[4].(string)
			waiting = append(waiting, store.Pending{
				From: from, Position: positionOf(row[1]), Index: int(positionOf(row[2])),
				FollowUp: guildhall.FollowUp{To: to, Name: name, Body: bytesOf(row[5])},
			})
			return ctx.Err()
		}, int64(slot), int64(limit))
	})
	if err != nil {
		return nil, err
	}
	return waiting, nil
}

// OutboxDone removes an accepted follow-up and leaves a grave.
func (db *DB) OutboxDone(ctx context.Context, p store.Pending) error {
	died := int64(guildhall.TimestampOf(db.now()))
	return db.write(ctx, "remove from outbox", func(c *conn) error {
		_, err := c.exec(outboxDoneSQL, int64(p.From.Slot()), []byte(p.From.Key()), int64(p.Position), int64(p.Index), died)
		return err
	})
}
