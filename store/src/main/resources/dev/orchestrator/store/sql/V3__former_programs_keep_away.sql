-- Programs before Flyway kept their version here and knew up to 2. Without this row they would take the
-- database for a new one and set raft_applied back; with it they refuse.

CREATE TABLE IF NOT EXISTS schema_version (
  version ${number} NOT NULL PRIMARY KEY
)${options};

REPLACE INTO schema_version (version) VALUES (3);
