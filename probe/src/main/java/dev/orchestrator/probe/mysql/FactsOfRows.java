package dev.orchestrator.probe.mysql;

import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import dev.orchestrator.store.model.ServerFacts;
import java.util.List;
import java.util.OptionalLong;

/** Turns rows of status statements into facts. Pure. */
final class FactsOfRows {
  private static final int MAX_PORT = 65_535;
  private static final List<String> FILTERS =
      List.of(
          "Replicate_Do_DB",
          "Replicate_Ignore_DB",
          "Replicate_Do_Table",
          "Replicate_Ignore_Table",
          "Replicate_Wild_Do_Table",
          "Replicate_Wild_Ignore_Table");

  private FactsOfRows() {}

  static ServerFacts server(StatusRow basics, StatusRow status, BinlogCoordinates selfCoordinates) {
    return new ServerFacts(
        basics.text("server_uuid"),
        basics.number("server_id").orElse(0),
        basics.text("version"),
        basics.text("version_comment"),
        status.number("Uptime").orElse(0),
        basics.flag("read_only"),
        basics.flag("super_read_only"),
        basics.text("binlog_format"),
        basics.text("binlog_row_image"),
        basics.flag("log_bin"),
        basics.flag("log_replica_updates"),
        selfCoordinates,
        basics.text("gtid_mode"),
        basics.gtidSet("gtid_executed"),
        basics.gtidSet("gtid_purged"),
        "");
  }

  static ReplicationFacts replication(StatusRow row, boolean credentialsAvailable) {
    OptionalLong behind = row.number("Seconds_Behind_Source");
    OptionalLong lag =
        behind.isPresent()
            ? OptionalLong.of(Math.max(0, behind.getAsLong()))
            : OptionalLong.empty();
    return new ReplicationFacts(
        new InstanceKey(row.text("Source_Host"), port(row)),
        row.text("Source_UUID"),
        thread(row.text("Replica_IO_Running")),
        thread(row.text("Replica_SQL_Running")),
        coordinates(row, "Source_Log_File", "Read_Source_Log_Pos"),
        coordinates(row, "Relay_Source_Log_File", "Exec_Source_Log_Pos"),
        coordinates(row, "Relay_Log_File", "Relay_Log_Pos"),
        row.gtidSet("Retrieved_Gtid_Set"),
        row.text("Last_IO_Error"),
        row.text("Last_SQL_Error"),
        behind,
        lag,
        row.number("SQL_Delay").orElse(0),
        row.flag("Auto_Position"),
        row.text("Source_User"),
        credentialsAvailable,
        FILTERS.stream().anyMatch(filter -> !row.text(filter).isEmpty()),
        row.flag("Source_SSL_Allowed"));
  }

  private static int port(StatusRow row) {
    long port = row.number("Source_Port").orElse(0);
    return port < 0 || port > MAX_PORT ? 0 : (int) port;
  }

  private static ReplicaThreadState thread(String text) {
    return switch (text) {
      case "Yes" -> ReplicaThreadState.RUNNING;
      case "No" -> ReplicaThreadState.STOPPED;
      default -> ReplicaThreadState.OTHER;
    };
  }

  static BinlogCoordinates coordinates(StatusRow row, String file, String position) {
    return row.text(file).isEmpty()
        ? BinlogCoordinates.NONE
        : new BinlogCoordinates(row.text(file), row.number(position).orElse(0));
  }

  /**
   * Reads both vocabularies: which pair of plugins is loaded is the operator's choice, not the
   * version's.
   */
  static SemiSyncFacts semiSync(StatusRow variables, StatusRow status) {
    boolean source = !variables.text("rpl_semi_sync_source_enabled").isEmpty();
    boolean replica = !variables.text("rpl_semi_sync_replica_enabled").isEmpty();
    return new SemiSyncFacts(
        source && replica,
        variables.flag("rpl_semi_sync_source_enabled"),
        variables.flag("rpl_semi_sync_replica_enabled"),
        status.flag("Rpl_semi_sync_source_status"),
        status.flag("Rpl_semi_sync_replica_status"),
        variables.number("rpl_semi_sync_source_timeout").orElse(0),
        // MariaDB and 5.6 have no such variable: they wait for one acknowledgement.
        (int)
            variables.number("rpl_semi_sync_source_wait_for_replica_count").orElse(source ? 1 : 0),
        (int) status.number("Rpl_semi_sync_source_clients").orElse(0),
        variables.text("rpl_semi_sync_source_wait_point"),
        status.number("Rpl_semi_sync_source_no_times").orElse(-1));
  }
}
