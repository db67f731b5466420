package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"guildhall"
)

const (
	insertClaimSQL = "INSERT INTO claims(kind, name, object) VALUES(?1, ?2, ?3) ON CONFLICT(kind, name) DO NOTHING"
	claimSQL       = "SELECT object FROM claims WHERE kind=?1 AND name=?2"
	deleteClaimSQL = "DELETE FROM claims WHERE kind=?1 AND name=?2 AND object=?3"
)

// Claim gives the name to the first that asks.
func (db *DB) Claim(ctx context.Context, kind, key string, o guildhall.Object) (guildhall.Object, error) {
	if err := db.room(); err != nil {
		return guildhall.Object{}, fmt.Errorf("claim: %w", err)
	}
	var holder guildhall.Object // the writer's until it answers
	err := db.write(ctx, "claim", func(c *conn) error {
		if _, err := c.exec(insertClaimSQL, []byte(kind), []byte(key), []byte(o.Key())); err != nil {
			return err
		}
		var err error
		holder, err = claimHolder(c, kind, key)
		return err
	})
	if err != nil {
		return guildhall.Object{}, err
	}
	return holder, nil
}

// Claimed tells who has the name.
func (db *DB) Claimed(ctx context.Context, kind, key string) (holder guildhall.Object, err error) {
	err = db.read(ctx, "claimed", func(c *conn) error {
		var err error
		holder, err = claimHolder(c, kind, key)
		return err
	})
	return holder, err
}

func claimHolder(c *conn, kind, key string) (holder guildhall.Object, err error) {
	err = c.query(claimSQL, 1, func(row []driver.Value) error {
		holder, err = objectOf(row[0])
		return err
	}, []byte(kind), []byte(key))
	return holder, err
}

// Release frees the name if the object has it.
func (db *DB) Release(ctx context.Context, kind, key string, o guildhall.Object) error {
	return db.write(ctx, "release claim", func(c *conn) error {
		_, err := c.exec(deleteClaimSQL, []byte(kind), []byte(key), []byte(o.Key()))
		return err
	})
}

func objectOf(v driver.Value) (guildhall.Object, error) {
	o, ok := guildhall.ObjectFromKey(string(bytesOf(v)))
	if !ok {
		return o, fmt.Errorf("%x is not an object's key", v)
	}
	return o, nil
}
