-- Tables of content that guilds have beside their messages; see guildhall.Table.
CREATE TABLE audit_log(part BLOB NOT NULL, sort BLOB NOT NULL, value BLOB, pos INTEGER NOT NULL, died INTEGER, PRIMARY KEY(part, sort)) WITHOUT ROWID;
CREATE INDEX audit_log_graves ON audit_log(died) WHERE died IS NOT NULL;
CREATE TABLE aside(part BLOB NOT NULL, sort BLOB NOT NULL, value BLOB, pos INTEGER NOT NULL, died INTEGER, PRIMARY KEY(part, sort)) WITHOUT ROWID;
CREATE INDEX aside_graves ON aside(died) WHERE died IS NOT NULL;
