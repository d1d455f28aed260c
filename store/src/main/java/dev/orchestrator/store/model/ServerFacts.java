package dev.orchestrator.store.model;

/**
 * What a server says of itself. Immutable.
 *
 * @param uuid server_uuid, {@code ""} where the server has none
 * @param serverId server_id
 * @param version {@code @@version}
 * @param versionComment {@code @@version_comment}
 * @param uptimeSeconds status variable Uptime
 * @param readOnly read_only
 * @param superReadOnly super_read_only, false where unknown
 * @param binlogFormat ROW, MIXED or STATEMENT, {@code ""} when unknown
 * @param binlogRowImage binlog_row_image
 * @param logBin log_bin
 * @param logReplicaUpdates log_replica_updates
 * @param selfCoordinates end of the own binary log
 * @param gtidMode gtid_mode, {@code ""} where unknown
 * @param gtidExecuted gtid_executed without blanks
 * @param gtidPurged gtid_purged without blanks
 * @param gtidErrant transactions that the source does not have, {@code ""} for none
 */
public record ServerFacts(
    String uuid,
    long serverId,
    String version,
    String versionComment,
    long uptimeSeconds,
    boolean readOnly,
    boolean superReadOnly,
    String binlogFormat,
    String binlogRowImage,
    boolean logBin,
    boolean logReplicaUpdates,
    BinlogCoordinates selfCoordinates,
    String gtidMode,
    String gtidExecuted,
    String gtidPurged,
    String gtidErrant) {
  /** A server of which nothing was read yet. */
  public static final ServerFacts UNKNOWN =
      new ServerFacts(
          "",
          0,
          "Unknown",
          "",
          0,
          false,
          false,
          "",
          "",
          false,
          false,
          BinlogCoordinates.NONE,
          "",
          "",
          "",
          "");
}
