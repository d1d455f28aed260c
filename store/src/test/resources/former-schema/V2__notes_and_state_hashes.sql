-- What people note about the fleet, and the hashes by which nodes compare their rows. All replicated.

CREATE TABLE IF NOT EXISTS instance_tag (
  host ${key} NOT NULL,
  port ${number} NOT NULL,
  tag ${key} NOT NULL,
  value ${text} NOT NULL,
  PRIMARY KEY (host, port, tag)
)${options};

CREATE TABLE IF NOT EXISTS candidate (
  host ${key} NOT NULL,
  port ${number} NOT NULL,
  promotion_rule ${text} NOT NULL,
  suggested_at_epoch_ms ${number} NOT NULL,
  PRIMARY KEY (host, port)
)${options};

CREATE TABLE IF NOT EXISTS hostname_unresolve (
  host ${key} NOT NULL PRIMARY KEY,
  virtual_name ${text} NOT NULL,
  registered_at_epoch_ms ${number} NOT NULL
)${options};

CREATE TABLE IF NOT EXISTS pool_member (
  pool ${key} NOT NULL,
  host ${key} NOT NULL,
  port ${number} NOT NULL,
  registered_at_epoch_ms ${number} NOT NULL,
  PRIMARY KEY (pool, host, port)
)${options};

-- Numbers are given in log order.
CREATE TABLE IF NOT EXISTS maintenance (
  id ${number} NOT NULL PRIMARY KEY,
  host ${key} NOT NULL,
  port ${number} NOT NULL,
  owner ${text} NOT NULL,
  reason ${text} NOT NULL,
  begins_at_epoch_ms ${number} NOT NULL,
  ends_at_epoch_ms ${number} NOT NULL
)${options};

CREATE INDEX maintenance_instance ON maintenance (host, port);

CREATE TABLE IF NOT EXISTS cluster_alias_override (
  cluster_name ${key} NOT NULL PRIMARY KEY,
  alias ${text} NOT NULL
)${options};

CREATE TABLE IF NOT EXISTS key_value (
  name ${key} NOT NULL PRIMARY KEY,
  value ${text} NOT NULL
)${options};

-- The newest check only.
CREATE TABLE IF NOT EXISTS state_report (
  check_index ${number} NOT NULL,
  member_name ${key} NOT NULL,
  format ${text} NOT NULL,
  hash ${text} NOT NULL,
  table_hashes ${text} NOT NULL,
  PRIMARY KEY (check_index, member_name)
)${options};
