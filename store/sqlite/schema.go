package sqlite

import (
	"database/sql/driver"
	"embed"
	"fmt"

	"guildhall"
	"guildhall/store"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// schemaVersion is what this version reads and writes; PRAGMA user_version holds that of the file. Migration N takes
// the file from N-1 to N. They are never changed once released.
const schemaVersion = 2

// migrate brings the file to schemaVersion, each step in a transaction of its own.
func migrate(c *conn, program string) error {
	version, err := fileVersion(c)
	if err != nil {
		return err
	}
	for next := version + 1; next <= schemaVersion; next++ {
		script, err := migrationFiles.ReadFile(fmt.Sprintf("migrations/%04d.sql", next))
		if err != nil {
			return err
		}
		// One exec for all of it: what a start waits for should be short.
		err = c.script(fmt.Sprintf("BEGIN IMMEDIATE;\n%s\nPRAGMA user_version=%d;\nCOMMIT;", script, next))
		if err != nil {
			return fmt.Errorf("migrate to schema %d: %w", next, err)
		}
	}
	return noteProgram(c, program)
}

// fileVersion gives the schema that the file has, 0 for a new one, and refuses a file that this program has no business in.
func fileVersion(c *conn) (int64, error) {
	version, err := c.integer("PRAGMA user_version")
	switch {
	case err != nil:
		return 0, err
	case version > schemaVersion:
		return 0, newerError(c, version)
	case version == 0:
		return 0, refuseForeign(c)
	}
	return version, nil
}

// noteProgram remembers which version of the program wrote last, for the message of one that is too old.
func noteProgram(c *conn, program string) error {
	written, err := writtenBy(c)
	if err != nil || written == program {
		return err
	}
	_, err = c.exec("INSERT INTO meta(name, value) VALUES('written_by', ?1) ON CONFLICT(name) DO UPDATE SET value=excluded.value", program)
	return err
}

func newerError(c *conn, version int64) error {
	program, err := writtenBy(c)
	if err != nil || program == "" {
		program = "a newer guildhall"
	} else {
		program = "guildhall " + program
	}
	return fmt.Errorf("%w: the file has schema %d, this program knows up to %d; use %s or newer",
		store.ErrNewer, version, schemaVersion, program)
}

// refuseForeign keeps the tables out of a database that something else made.
func refuseForeign(c *conn) error {
	tables, err := c.integer("SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return err
	}
	if tables > 0 {
		return fmt.Errorf("the file holds a database that is not Guildhall's")
	}
	return nil
}

func writtenBy(c *conn) (program string, err error) {
	err = c.query("SELECT value FROM meta WHERE name='written_by'", 1, func(row []driver.Value) error {
		program, _ = row[0].(string)
		return nil
	})
	return program, err
}

// tableName is the table that content is kept in; "" for a number that is not known.
func tableName(t guildhall.Table) string {
	switch t {
	case guildhall.TableState:
		return "state"
	case guildhall.TableMembers:
		return "members"
	case guildhall.TableMessages:
		return "messages"
	case guildhall.TableReactions:
		return "reactions"
	case guildhall.TablePlaces:
		return "places"
	case guildhall.TableAuditLog:
		return "audit_log"
	case guildhall.TableAside:
		return "aside"
	}
	return ""
}

// tableSQL is the statements of one table of content.
type tableSQL struct {
	upsert string
	row    string
	page   [2][2]string // [with an upper bound][reverse]
	bury   string
}

// contentSQL makes the statements of all tables, by number.
func contentSQL() map[guildhall.Table]*tableSQL {
	statements := make(map[guildhall.Table]*tableSQL)
	for _, t := range guildhall.Tables() {
		name := tableName(t)
		if name == "" {
			continue
		}
		s := &tableSQL{
			// A row never gives way to an older stamp; at the same one a deletion wins. A repeat changes nothing.
			upsert: "INSERT INTO " + name + "(part, sort, value, pos, died) VALUES(?1, ?2, ?3, ?4, ?5) " +
				"ON CONFLICT(part, sort) DO UPDATE SET value=excluded.value, pos=excluded.pos, died=excluded.died " +
				"WHERE excluded.pos>pos OR (excluded.pos=pos AND excluded.died IS NOT NULL AND died IS NULL)",
			row: "SELECT value, pos FROM " + name + " WHERE part=?1 AND sort=?2 AND died IS NULL",
			bury: "DELETE FROM " + name + " WHERE (part, sort) IN " +
				"(SELECT part, sort FROM " + name + " WHERE died<?1 LIMIT ?2)",
		}
		for bounded, condition := range []string{"", " AND sort<?4"} {
			for reverse, order := range []string{"", " DESC"} {
				s.page[bounded][reverse] = "SELECT sort, value, pos FROM " + name +
					" WHERE part=?1 AND sort>=?2" + condition + " AND died IS NULL ORDER BY sort" + order + " LIMIT ?3"
			}
		}
		statements[t] = s
	}
	return statements
}
