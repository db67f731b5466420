-- What is known of the file itself: ring_version, written_by.
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta(name, value) VALUES('ring_version', 0);

-- One row per start of a node. All batches up to cursor are projected; here that is last.
CREATE TABLE logs(id BLOB PRIMARY KEY, last INTEGER NOT NULL, cursor INTEGER NOT NULL, sealed INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE ring(slot INTEGER PRIMARY KEY, log BLOB NOT NULL, epoch INTEGER NOT NULL);

CREATE TABLE heads(object BLOB PRIMARY KEY, pos INTEGER NOT NULL) WITHOUT ROWID;
-- Snowflakes stay below 2^63 until the year 2084.
CREATE TABLE slots(slot INTEGER PRIMARY KEY, snowflake INTEGER NOT NULL);

-- The records of the last minutes. seq is the order of insertion: new records go to the end of the table, old ones are
-- removed at its front, and neither needs an index on the time.
CREATE TABLE events(seq INTEGER PRIMARY KEY, object BLOB NOT NULL, pos INTEGER NOT NULL, at INTEGER NOT NULL, record BLOB NOT NULL,
  UNIQUE(object, pos));

-- Where died is set the row is a grave: it keeps the stamp of a deletion, so that an older write that comes late loses.
CREATE TABLE outbox(slot INTEGER NOT NULL, object BLOB NOT NULL, pos INTEGER NOT NULL, idx INTEGER NOT NULL,
  receiver BLOB NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, died INTEGER,
  PRIMARY KEY(slot, object, pos, idx)) WITHOUT ROWID;
CREATE INDEX outbox_graves ON outbox(died) WHERE died IS NOT NULL;

CREATE TABLE claims(kind BLOB NOT NULL, name BLOB NOT NULL, object BLOB NOT NULL, PRIMARY KEY(kind, name)) WITHOUT ROWID;

-- Content: part and sort as guildhall.Table says, pos is the stamp.
CREATE TABLE state(part BLOB NOT NULL, sort BLOB NOT NULL, value BLOB, pos INTEGER NOT NULL, died INTEGER, PRIMARY KEY(part, sort)) WITHOUT ROWID;
CREATE TABLE members(part BLOB NOT NULL, sort BLOB NOT NULL, value BLOB, pos INTEGER NOT NULL, died INTEGER, PRIMARY KEY(part, sort)) WITHOUT ROWID;
CREATE TABLE messages(part BLOB NOT NULL, sort BLOB NOT NULL, value BLOB, pos INTEGER NOT NULL, died INTEGER, PRIMARY KEY(part, sort)) WITHOUT ROWID;
CREATE TABLE reactions(part BLOB NOT NULL, sort BLOB NOT NULL, value BLOB, pos INTEGER NOT NULL, died INTEGER, PRIMARY KEY(part, sort)) WITHOUT ROWID;
CREATE TABLE places(part BLOB NOT NULL, sort BLOB NOT NULL, value BLOB, pos INTEGER NOT NULL, died INTEGER, PRIMARY KEY(part, sort)) WITHOUT ROWID;
CREATE INDEX state_graves ON state(died) WHERE died IS NOT NULL;
CREATE INDEX members_graves ON members(died) WHERE died IS NOT NULL;
CREATE INDEX messages_graves ON messages(died) WHERE died IS NOT NULL;
CREATE INDEX reactions_graves ON reactions(died) WHERE died IS NOT NULL;
CREATE INDEX places_graves ON places(died) WHERE died IS NOT NULL;
