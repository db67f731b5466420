package sqlite

import (
	"context"
	"database/sql/driver"
	"strings"
)

// SchemaVersion is for tests of files from the future.
const SchemaVersion = schemaVersion

// Hold keeps the writer busy until release is called, so that what is written meanwhile has to wait together.
func (db *DB) Hold() (release func()) {
	busy, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = db.write(context.Background(), "hold", func(*conn) error {
			close(busy)
			<-free
			return nil
		})
	}()
	<-busy
	return func() { close(free) }
}

// Waiting is how many writes are queued.
func (db *DB) Waiting() int { return len(db.queue) }

// WriteScript runs SQL on the writer's connection, outside any transaction.
func (db *DB) WriteScript(sql string) error { return db.writer.script(sql) }

// WriteRaw runs one statement as a caller's write.
func (db *DB) WriteRaw(ctx context.Context, sql string) error {
	return db.write(ctx, "raw", func(c *conn) error {
		_, err := c.exec(sql)
		return err
	})
}

// Plans gives SQLite's plan of every statement that reads or changes a table, by its text.
func (db *DB) Plans(ctx context.Context) (map[string]string, error) {
	texts := []string{
		advanceLogSQL, logSQL, cursorSQL, countEventsSQL, headSQL, slotSQL, eventsSQL, claimSQL, deleteClaimSQL,
		outboxSQL, buryOutboxSQL, deleteEventsSQL,
	}
	for _, s := range db.content {
		texts = append(texts, s.row, s.bury, s.page[0][0], s.page[0][1], s.page[1][0], s.page[1][1])
	}
	plans := make(map[string]string)
	err := db.read(ctx, "plans", func(c *conn) error {
		for _, text := range texts {
			// The value stands for every parameter; the plan does not depend on it.
			concrete := strings.NewReplacer("?1", "1", "?2", "2", "?3", "3", "?4", "4").Replace(text)
			err := c.query("EXPLAIN QUERY PLAN "+concrete, 4, func(row []driver.Value) error {
				step, _ := row[3].(string)
				plans[text] += step + "\n"
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return plans, err
}
