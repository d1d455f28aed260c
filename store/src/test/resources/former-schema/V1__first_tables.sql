-- Statements end with a semicolon at the end of a line. Times say their unit; flags are 0 or 1.
-- Lists are text: one escaped item per line (TextList); addresses in them are host:port.
-- The words in ${} are the dialect's. Every statement bears to be run again.

-- Replicated but for the cluster id's binding: how far the log was applied. One row.
CREATE TABLE IF NOT EXISTS raft_applied (
  id ${number} NOT NULL PRIMARY KEY,
  cluster_id ${text} NOT NULL,
  applied_index ${number} NOT NULL,
  applied_term ${number} NOT NULL,
  last_stamp_epoch_ms ${number} NOT NULL
)${options};

REPLACE INTO raft_applied (id, cluster_id, applied_index, applied_term, last_stamp_epoch_ms)
VALUES (1, '', 0, 0, 0);

-- Local: what this node saw of each server.
CREATE TABLE IF NOT EXISTS instance (
  host ${key} NOT NULL,
  port ${number} NOT NULL,
  uuid ${text} NOT NULL,
  server_id ${number} NOT NULL,
  version ${text} NOT NULL,
  version_comment ${text} NOT NULL,
  uptime_seconds ${number} NOT NULL,
  read_only ${number} NOT NULL,
  super_read_only ${number} NOT NULL,
  binlog_format ${text} NOT NULL,
  binlog_row_image ${text} NOT NULL,
  log_bin ${number} NOT NULL,
  log_replica_updates ${number} NOT NULL,
  self_log_file ${text} NOT NULL,
  self_log_position ${number} NOT NULL,
  gtid_mode ${text} NOT NULL,
  gtid_executed ${text} NOT NULL,
  gtid_purged ${text} NOT NULL,
  gtid_errant ${text} NOT NULL,
  source_host ${text} NOT NULL,
  source_port ${number} NOT NULL,
  source_uuid ${text} NOT NULL,
  receiver_state ${text} NOT NULL,
  applier_state ${text} NOT NULL,
  read_log_file ${text} NOT NULL,
  read_log_position ${number} NOT NULL,
  executed_log_file ${text} NOT NULL,
  executed_log_position ${number} NOT NULL,
  relay_log_file ${text} NOT NULL,
  relay_log_position ${number} NOT NULL,
  retrieved_gtid ${text} NOT NULL,
  last_receiver_error ${text} NOT NULL,
  last_applier_error ${text} NOT NULL,
  behind_source_seconds ${number},
  lag_seconds ${number},
  delay_seconds ${number} NOT NULL,
  auto_position ${number} NOT NULL,
  replication_user ${text} NOT NULL,
  credentials_available ${number} NOT NULL,
  replication_filtered ${number} NOT NULL,
  source_tls ${number} NOT NULL,
  semi_sync_available ${number} NOT NULL,
  semi_sync_source_enabled ${number} NOT NULL,
  semi_sync_replica_enabled ${number} NOT NULL,
  semi_sync_source_status ${number} NOT NULL,
  semi_sync_replica_status ${number} NOT NULL,
  semi_sync_timeout_ms ${number} NOT NULL,
  semi_sync_wait_for_replicas ${number} NOT NULL,
  semi_sync_clients ${number} NOT NULL,
  semi_sync_wait_point ${text} NOT NULL,
  semi_sync_fallbacks ${number} NOT NULL,
  replicas ${text} NOT NULL,
  cluster_name ${text} NOT NULL,
  suggested_alias ${text} NOT NULL,
  depth ${number} NOT NULL,
  co_source ${number} NOT NULL,
  data_center ${text} NOT NULL,
  region ${text} NOT NULL,
  environment ${text} NOT NULL,
  instance_alias ${text} NOT NULL,
  attempted_at_epoch_us ${number} NOT NULL,
  checked_at_epoch_us ${number} NOT NULL,
  seen_at_epoch_us ${number} NOT NULL,
  partial_success ${number} NOT NULL,
  latency_us ${number} NOT NULL,
  check_error ${text} NOT NULL,
  PRIMARY KEY (host, port)
)${options};

-- Replicated: servers that people asked to discover.
CREATE TABLE IF NOT EXISTS discovery_seed (
  host ${key} NOT NULL,
  port ${number} NOT NULL,
  PRIMARY KEY (host, port)
)${options};

-- Replicated.
CREATE TABLE IF NOT EXISTS downtime (
  host ${key} NOT NULL,
  port ${number} NOT NULL,
  owner ${text} NOT NULL,
  reason ${text} NOT NULL,
  begins_at_epoch_ms ${number} NOT NULL,
  ends_at_epoch_ms ${number} NOT NULL,
  PRIMARY KEY (host, port)
)${options};

-- Replicated: the primary records.
CREATE TABLE IF NOT EXISTS cluster (
  cluster_id ${key} NOT NULL PRIMARY KEY,
  primary_uuid ${key} NOT NULL UNIQUE,
  primary_host ${text} NOT NULL,
  primary_port ${number} NOT NULL,
  epoch ${number} NOT NULL,
  alias ${text} NOT NULL
)${options};

-- Replicated. Numbers are given in log order.
CREATE TABLE IF NOT EXISTS failure_detection (
  id ${number} NOT NULL PRIMARY KEY,
  host ${key} NOT NULL,
  port ${number} NOT NULL,
  cluster_name ${text} NOT NULL,
  cluster_alias ${text} NOT NULL,
  analysis ${text} NOT NULL,
  description ${text} NOT NULL,
  replicas ${text} NOT NULL,
  actionable ${number} NOT NULL,
  node ${text} NOT NULL,
  detected_at_epoch_ms ${number} NOT NULL,
  active ${number} NOT NULL,
  recovery_id ${number} NOT NULL
)${options};

CREATE INDEX failure_detection_active ON failure_detection (active, host, port);

CREATE INDEX failure_detection_alias ON failure_detection (cluster_alias${part});

-- Replicated. Numbers are given in log order.
CREATE TABLE IF NOT EXISTS recovery (
  id ${number} NOT NULL PRIMARY KEY,
  uid ${key} NOT NULL UNIQUE,
  kind ${text} NOT NULL,
  cluster_id ${key} NOT NULL,
  cluster_name ${text} NOT NULL,
  cluster_alias ${text} NOT NULL,
  failed_host ${text} NOT NULL,
  failed_port ${number} NOT NULL,
  failed_uuid ${text} NOT NULL,
  analysis ${text} NOT NULL,
  description ${text} NOT NULL,
  replicas ${text} NOT NULL,
  locked_uuids ${text} NOT NULL,
  detection_id ${number} NOT NULL,
  command ${text} NOT NULL,
  term ${number} NOT NULL,
  node ${text} NOT NULL,
  started_at_epoch_ms ${number} NOT NULL,
  blocked_until_epoch_ms ${number} NOT NULL,
  ended_at_epoch_ms ${number},
  successful ${number} NOT NULL,
  successor_host ${text},
  successor_port ${number},
  successor_uuid ${text} NOT NULL,
  lost_replicas ${text} NOT NULL,
  participants ${text} NOT NULL,
  errors ${text} NOT NULL,
  loss_statement ${text} NOT NULL,
  acknowledged_at_epoch_ms ${number},
  acknowledged_by ${text} NOT NULL,
  acknowledge_comment ${text} NOT NULL
)${options};

CREATE INDEX recovery_cluster_id ON recovery (cluster_id);

CREATE INDEX recovery_cluster_name ON recovery (cluster_name${part});

CREATE INDEX recovery_cluster_alias ON recovery (cluster_alias${part});

CREATE INDEX recovery_ended ON recovery (ended_at_epoch_ms);

-- Replicated: the ledger.
CREATE TABLE IF NOT EXISTS recovery_step (
  recovery_uid ${key} NOT NULL,
  number ${number} NOT NULL,
  kind ${text} NOT NULL,
  target_host ${text} NOT NULL,
  target_port ${number} NOT NULL,
  target_uuid ${text} NOT NULL,
  arguments ${text} NOT NULL,
  why ${text} NOT NULL,
  state ${text} NOT NULL,
  attempt ${number} NOT NULL,
  intended_term ${number} NOT NULL,
  intended_at_epoch_ms ${number},
  ended_at_epoch_ms ${number},
  detail ${text} NOT NULL,
  PRIMARY KEY (recovery_uid, number)
)${options};

-- Replicated: what running recoveries hold. kind is cluster or server, name its id or uuid.
CREATE TABLE IF NOT EXISTS recovery_lock (
  kind ${key} NOT NULL,
  name ${key} NOT NULL,
  recovery_uid ${key} NOT NULL,
  PRIMARY KEY (kind, name)
)${options};

CREATE INDEX recovery_lock_uid ON recovery_lock (recovery_uid);

-- Replicated but for names that start with "local.".
CREATE TABLE IF NOT EXISTS setting (
  name ${key} NOT NULL PRIMARY KEY,
  value ${text} NOT NULL
)${options};
