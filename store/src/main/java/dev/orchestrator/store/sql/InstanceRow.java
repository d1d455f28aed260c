package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import dev.orchestrator.store.model.ServerFacts;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An instance as a row of table {@code instance} and back. Times keep whole microseconds, a change
 * of the schema is a change of {@link #columns} and {@link #read}.
 */
final class InstanceRow {
  private static final List<String> COLUMNS =
      List.copyOf(columns(Instance.known(InstanceKey.NONE)).keySet());

  static final String SELECT = "SELECT " + String.join(", ", COLUMNS) + " FROM instance ";
  static final String REPLACE =
      "REPLACE INTO instance ("
          + String.join(", ", COLUMNS)
          + ") VALUES ("
          + String.join(", ", Collections.nCopies(COLUMNS.size(), "?"))
          + ")";

  private InstanceRow() {}

  /** Values in the order of the columns in {@link #REPLACE}. */
  static Object[] values(Instance instance) {
    return columns(instance).values().toArray();
  }

  private static Map<String, Object> columns(Instance instance) {
    Map<String, Object> columns = new LinkedHashMap<>();
    columns.put("host", instance.key().host());
    columns.put("port", instance.key().port());
    putServer(columns, instance.server());
    putReplication(columns, instance.replication());
    putSemiSync(columns, instance.semiSync());
    columns.put("replicas", TextList.joinKeys(instance.replicas()));
    putPlacement(columns, instance.placement());
    putCheck(columns, instance.check());
    return columns;
  }

  private static void putServer(Map<String, Object> columns, ServerFacts server) {
    columns.put("uuid", server.uuid());
    columns.put("server_id", server.serverId());
    columns.put("version", server.version());
    columns.put("version_comment", server.versionComment());
    columns.put("uptime_seconds", server.uptimeSeconds());
    columns.put("read_only", server.readOnly());
    columns.put("super_read_only", server.superReadOnly());
    columns.put("binlog_format", server.binlogFormat());
    columns.put("binlog_row_image", server.binlogRowImage());
    columns.put("log_bin", server.logBin());
    columns.put("log_replica_updates", server.logReplicaUpdates());
    putCoordinates(columns, "self", server.selfCoordinates());
    columns.put("gtid_mode", server.gtidMode());
    columns.put("gtid_executed", server.gtidExecuted());
    columns.put("gtid_purged", server.gtidPurged());
    columns.put("gtid_errant", server.gtidErrant());
  }

  private static void putReplication(Map<String, Object> columns, ReplicationFacts replication) {
    columns.put("source_host", replication.source().host());
    columns.put("source_port", replication.source().port());
    columns.put("source_uuid", replication.sourceUuid());
    columns.put("receiver_state", replication.receiver().name());
    columns.put("applier_state", replication.applier().name());
    putCoordinates(columns, "read", replication.read());
    putCoordinates(columns, "executed", replication.executed());
    putCoordinates(columns, "relay", replication.relay());
    columns.put("retrieved_gtid", replication.retrievedGtid());
    columns.put("last_receiver_error", replication.lastReceiverError());
    columns.put("last_applier_error", replication.lastApplierError());
    columns.put("behind_source_seconds", replication.secondsBehindSource());
    columns.put("lag_seconds", replication.lagSeconds());
    columns.put("delay_seconds", replication.delaySeconds());
    columns.put("auto_position", replication.autoPosition());
    columns.put("replication_user", replication.user());
    columns.put("credentials_available", replication.credentialsAvailable());
    columns.put("replication_filtered", replication.filtered());
    columns.put("source_tls", replication.tls());
  }

  private static void putSemiSync(Map<String, Object> columns, SemiSyncFacts semiSync) {
    columns.put("semi_sync_available", semiSync.available());
    columns.put("semi_sync_source_enabled", semiSync.sourceEnabled());
    columns.put("semi_sync_replica_enabled", semiSync.replicaEnabled());
    columns.put("semi_sync_source_status", semiSync.sourceStatus());
    columns.put("semi_sync_replica_status", semiSync.replicaStatus());
    columns.put("semi_sync_timeout_ms", semiSync.timeoutMillis());
    columns.put("semi_sync_wait_for_replicas", semiSync.waitForReplicas());
    columns.put("semi_sync_clients", semiSync.clients());
    columns.put("semi_sync_wait_point", semiSync.waitPoint());
    columns.put("semi_sync_fallbacks", semiSync.fallbacks());
  }

  private static void putPlacement(Map<String, Object> columns, Placement placement) {
    columns.put("cluster_name", placement.clusterName());
    columns.put("suggested_alias", placement.suggestedAlias());
    columns.put("depth", placement.depth());
    columns.put("co_source", placement.coSource());
    columns.put("data_center", placement.dataCenter());
    columns.put("region", placement.region());
    columns.put("environment", placement.environment());
    columns.put("instance_alias", placement.instanceAlias());
  }

  private static void putCheck(Map<String, Object> columns, CheckTimes check) {
    columns.put("attempted_at_epoch_us", micros(check.attemptedAt()));
    columns.put("checked_at_epoch_us", micros(check.checkedAt()));
    columns.put("seen_at_epoch_us", micros(check.seenAt()));
    columns.put("partial_success", check.partialSuccess());
    columns.put("latency_us", check.latency().toNanos() / 1_000);
    columns.put("check_error", check.error());
  }

  /** Updates the visit times only and says how many rows there were. */
  static int updateCheck(Transaction tx, InstanceKey key, CheckTimes check) {
    return tx.update(
        """
        UPDATE instance SET attempted_at_epoch_us = ?, checked_at_epoch_us = ?,
          seen_at_epoch_us = ?, partial_success = ?, latency_us = ?, check_error = ?
        WHERE host = ? AND port = ?
        """,
        micros(check.attemptedAt()),
        micros(check.checkedAt()),
        micros(check.seenAt()),
        check.partialSuccess(),
        check.latency().toNanos() / 1_000,
        check.error(),
        key.host(),
        key.port());
  }

  private static void putCoordinates(
      Map<String, Object> columns, String prefix, BinlogCoordinates coordinates) {
    columns.put(prefix + "_log_file", coordinates.file());
    columns.put(prefix + "_log_position", coordinates.position());
  }

  private static long micros(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }

  static Instance read(Row row) throws SQLException {
    return new Instance(
        row.key(""),
        server(row),
        replication(row),
        semiSync(row),
        row.keys("replicas"),
        placement(row),
        check(row));
  }

  private static ServerFacts server(Row row) throws SQLException {
    return new ServerFacts(
        row.text("uuid"),
        row.number("server_id"),
        row.text("version"),
        row.text("version_comment"),
        row.number("uptime_seconds"),
        row.flag("read_only"),
        row.flag("super_read_only"),
        row.text("binlog_format"),
        row.text("binlog_row_image"),
        row.flag("log_bin"),
        row.flag("log_replica_updates"),
        row.coordinates("self"),
        row.text("gtid_mode"),
        row.text("gtid_executed"),
        row.text("gtid_purged"),
        row.text("gtid_errant"));
  }

  private static ReplicationFacts replication(Row row) throws SQLException {
    return new ReplicationFacts(
        row.key("source_"),
        row.text("source_uuid"),
        ReplicaThreadState.valueOf(row.text("receiver_state")),
        ReplicaThreadState.valueOf(row.text("applier_state")),
        row.coordinates("read"),
        row.coordinates("executed"),
        row.coordinates("relay"),
        row.text("retrieved_gtid"),
        row.text("last_receiver_error"),
        row.text("last_applier_error"),
        row.maybeNumber("behind_source_seconds"),
        row.maybeNumber("lag_seconds"),
        row.number("delay_seconds"),
        row.flag("auto_position"),
        row.text("replication_user"),
        row.flag("credentials_available"),
        row.flag("replication_filtered"),
        row.flag("source_tls"));
  }

  private static SemiSyncFacts semiSync(Row row) throws SQLException {
    return new SemiSyncFacts(
        row.flag("semi_sync_available"),
        row.flag("semi_sync_source_enabled"),
        row.flag("semi_sync_replica_enabled"),
        row.flag("semi_sync_source_status"),
        row.flag("semi_sync_replica_status"),
        row.number("semi_sync_timeout_ms"),
        row.smallNumber("semi_sync_wait_for_replicas"),
        row.smallNumber("semi_sync_clients"),
        row.text("semi_sync_wait_point"),
        row.number("semi_sync_fallbacks"));
  }

  private static Placement placement(Row row) throws SQLException {
    return new Placement(
        row.text("cluster_name"),
        row.text("suggested_alias"),
        row.smallNumber("depth"),
        row.flag("co_source"),
        row.text("data_center"),
        row.text("region"),
        row.text("environment"),
        row.text("instance_alias"));
  }

  private static CheckTimes check(Row row) throws SQLException {
    return new CheckTimes(
        row.epochMicros("attempted_at_epoch_us"),
        row.epochMicros("checked_at_epoch_us"),
        row.epochMicros("seen_at_epoch_us"),
        row.flag("partial_success"),
        Duration.of(row.number("latency_us"), ChronoUnit.MICROS),
        row.text("check_error"));
  }
}
