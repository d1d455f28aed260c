-- Statements end with a semicolon at the end of a line. Times say their unit; flags are 0 or 1.
-- Lists are text: one escaped item per line (TextList); addresses in them are host:port.

-- Replicated but for the cluster id's binding: how far the log was applied. One row.
CREATE TABLE raft_applied (
  id INTEGER NOT NULL PRIMARY KEY,
  cluster_id TEXT NOT NULL,
  applied_index INTEGER NOT NULL,
  applied_term INTEGER NOT NULL,
  last_stamp_epoch_ms INTEGER NOT NULL
);

INSERT INTO raft_applied (id, cluster_id, applied_index, applied_term, last_stamp_epoch_ms)
VALUES (1, '', 0, 0, 0);

-- Local: what this node saw of each server.
CREATE TABLE instance (
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  uuid TEXT NOT NULL,
  server_id INTEGER NOT NULL,
  version TEXT NOT NULL,
  version_comment TEXT NOT NULL,
  uptime_seconds INTEGER NOT NULL,
  read_only INTEGER NOT NULL,
  super_read_only INTEGER NOT NULL,
  binlog_format TEXT NOT NULL,
  binlog_row_image TEXT NOT NULL,
  log_bin INTEGER NOT NULL,
  log_replica_updates INTEGER NOT NULL,
  self_log_file TEXT NOT NULL,
  self_log_position INTEGER NOT NULL,
  gtid_mode TEXT NOT NULL,
  gtid_executed TEXT NOT NULL,
  gtid_purged TEXT NOT NULL,
  gtid_errant TEXT NOT NULL,
  source_host TEXT NOT NULL,
  source_port INTEGER NOT NULL,
  source_uuid TEXT NOT NULL,
  receiver_state TEXT NOT NULL,
  applier_state TEXT NOT NULL,
  read_log_file TEXT NOT NULL,
  read_log_position INTEGER NOT NULL,
  executed_log_file TEXT NOT NULL,
  executed_log_position INTEGER NOT NULL,
  relay_log_file TEXT NOT NULL,
  relay_log_position INTEGER NOT NULL,
  retrieved_gtid TEXT NOT NULL,
  last_receiver_error TEXT NOT NULL,
  last_applier_error TEXT NOT NULL,
  behind_source_seconds INTEGER,
  lag_seconds INTEGER,
  delay_seconds INTEGER NOT NULL,
  auto_position INTEGER NOT NULL,
  replication_user TEXT NOT NULL,
  credentials_available INTEGER NOT NULL,
  replication_filtered INTEGER NOT NULL,
  source_tls INTEGER NOT NULL,
  semi_sync_available INTEGER NOT NULL,
  semi_sync_source_enabled INTEGER NOT NULL,
  semi_sync_replica_enabled INTEGER NOT NULL,
  semi_sync_source_status INTEGER NOT NULL,
  semi_sync_replica_status INTEGER NOT NULL,
  semi_sync_timeout_ms INTEGER NOT NULL,
  semi_sync_wait_for_replicas INTEGER NOT NULL,
  semi_sync_clients INTEGER NOT NULL,
  semi_sync_wait_point TEXT NOT NULL,
  semi_sync_fallbacks INTEGER NOT NULL,
  replicas TEXT NOT NULL,
  cluster_name TEXT NOT NULL,
  suggested_alias TEXT NOT NULL,
  depth INTEGER NOT NULL,
  co_source INTEGER NOT NULL,
  data_center TEXT NOT NULL,
  region TEXT NOT NULL,
  environment TEXT NOT NULL,
  instance_alias TEXT NOT NULL,
  attempted_at_epoch_us INTEGER NOT NULL,
  checked_at_epoch_us INTEGER NOT NULL,
  seen_at_epoch_us INTEGER NOT NULL,
  partial_success INTEGER NOT NULL,
  latency_us INTEGER NOT NULL,
  check_error TEXT NOT NULL,
  PRIMARY KEY (host, port)
);

-- Replicated: servers that people asked to discover.
CREATE TABLE discovery_seed (
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  PRIMARY KEY (host, port)
);

-- Replicated.
CREATE TABLE downtime (
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  owner TEXT NOT NULL,
  reason TEXT NOT NULL,
  begins_at_epoch_ms INTEGER NOT NULL,
  ends_at_epoch_ms INTEGER NOT NULL,
  PRIMARY KEY (host, port)
);

-- Replicated: the primary records.
CREATE TABLE cluster (
  cluster_id TEXT NOT NULL PRIMARY KEY,
  primary_uuid TEXT NOT NULL UNIQUE,
  primary_host TEXT NOT NULL,
  primary_port INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  alias TEXT NOT NULL
);

-- Replicated. Numbers are given in log order.
CREATE TABLE failure_detection (
  id INTEGER NOT NULL PRIMARY KEY,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  cluster_name TEXT NOT NULL,
  cluster_alias TEXT NOT NULL,
  analysis TEXT NOT NULL,
  description TEXT NOT NULL,
  replicas TEXT NOT NULL,
  actionable INTEGER NOT NULL,
  node TEXT NOT NULL,
  detected_at_epoch_ms INTEGER NOT NULL,
  active INTEGER NOT NULL,
  recovery_id INTEGER NOT NULL
);

CREATE INDEX failure_detection_active ON failure_detection (active, host, port);

CREATE INDEX failure_detection_alias ON failure_detection (cluster_alias);

-- Replicated. Numbers are given in log order.
CREATE TABLE recovery (
  id INTEGER NOT NULL PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  cluster_id TEXT NOT NULL,
  cluster_name TEXT NOT NULL,
  cluster_alias TEXT NOT NULL,
  failed_host TEXT NOT NULL,
  failed_port INTEGER NOT NULL,
  failed_uuid TEXT NOT NULL,
  analysis TEXT NOT NULL,
  description TEXT NOT NULL,
  replicas TEXT NOT NULL,
  locked_uuids TEXT NOT NULL,
  detection_id INTEGER NOT NULL,
  command TEXT NOT NULL,
  term INTEGER NOT NULL,
  node TEXT NOT NULL,
  started_at_epoch_ms INTEGER NOT NULL,
  blocked_until_epoch_ms INTEGER NOT NULL,
  ended_at_epoch_ms INTEGER,
  successful INTEGER NOT NULL,
  successor_host TEXT,
  successor_port INTEGER,
  successor_uuid TEXT NOT NULL,
  lost_replicas TEXT NOT NULL,
  participants TEXT NOT NULL,
  errors TEXT NOT NULL,
  loss_statement TEXT NOT NULL,
  acknowledged_at_epoch_ms INTEGER,
  acknowledged_by TEXT NOT NULL,
  acknowledge_comment TEXT NOT NULL
);

CREATE INDEX recovery_cluster_id ON recovery (cluster_id);

CREATE INDEX recovery_cluster_name ON recovery (cluster_name);

CREATE INDEX recovery_cluster_alias ON recovery (cluster_alias);

CREATE INDEX recovery_ended ON recovery (ended_at_epoch_ms);

-- Replicated: the ledger.
CREATE TABLE recovery_step (
  recovery_uid TEXT NOT NULL,
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,
  target_host TEXT NOT NULL,
  target_port INTEGER NOT NULL,
  target_uuid TEXT NOT NULL,
  arguments TEXT NOT NULL,
  why TEXT NOT NULL,
  state TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  intended_term INTEGER NOT NULL,
  intended_at_epoch_ms INTEGER,
  ended_at_epoch_ms INTEGER,
  detail TEXT NOT NULL,
  PRIMARY KEY (recovery_uid, number)
);

-- Replicated: what running recoveries hold. kind is cluster or server, name its id or uuid.
CREATE TABLE recovery_lock (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  recovery_uid TEXT NOT NULL,
  PRIMARY KEY (kind, name)
);

CREATE INDEX recovery_lock_uid ON recovery_lock (recovery_uid);

-- Replicated but for names that start with "local.".
CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);
