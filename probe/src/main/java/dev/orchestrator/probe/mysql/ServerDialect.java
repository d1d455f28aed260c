package dev.orchestrator.probe.mysql;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words that one server understands, chosen once by its version: never probed by trying
 * statements, which would fill the server's error counters. Immutable.
 *
 * <p>Thresholds from the MySQL release notes: REPLICA statements 8.0.22, replica variables 8.0.26,
 * SHOW BINARY LOG STATUS 8.2.0, {@code super_read_only} 5.7.8.
 *
 * @param mariaDb MariaDB, which kept the old words and has GTIDs of its own kind
 * @param version major, minor and patch as one comparable number, for example 8_000_033
 */
public record ServerDialect(boolean mariaDb, int version) {
  private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?");
  private static final String MARIADB_GREETING_PREFIX = "5.5.5-";

  /** Reads the version of the server's greeting, or of {@code @@version}. */
  public static ServerDialect of(String versionText) {
    boolean mariaDb = versionText.contains("MariaDB");
    String text =
        mariaDb && versionText.startsWith(MARIADB_GREETING_PREFIX)
            ? versionText.substring(MARIADB_GREETING_PREFIX.length())
            : versionText;
    Matcher numbers = NUMBERS.matcher(text);
    if (!numbers.find()) {
      return new ServerDialect(mariaDb, 0);
    }
    String patch = numbers.group(3);
    return new ServerDialect(
        mariaDb,
        number(
            Integer.parseInt(numbers.group(1)),
            Integer.parseInt(numbers.group(2)),
            patch == null ? 0 : Integer.parseInt(patch)));
  }

  private static int number(int major, int minor, int patch) {
    return major * 1_000_000 + minor * 1_000 + patch;
  }

  private boolean mySqlAtLeast(int major, int minor, int patch) {
    return !mariaDb && version >= number(major, minor, patch);
  }

  /** Whether the server has server_uuid and MySQL's GTID sets. */
  public boolean hasGtidSets() {
    return mySqlAtLeast(5, 6, 5);
  }

  public boolean hasSuperReadOnly() {
    return mySqlAtLeast(5, 7, 8);
  }

  public String showReplicaStatus() {
    return mySqlAtLeast(8, 0, 22) ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS";
  }

  public String showReplicas() {
    return mySqlAtLeast(8, 0, 22) ? "SHOW REPLICAS" : "SHOW SLAVE HOSTS";
  }

  public String showBinaryLogStatus() {
    return mySqlAtLeast(8, 2, 0) ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";
  }

  /** Addresses of sessions to which this server sends its binary log. */
  public String dumpSessions() {
    return "SELECT host FROM information_schema.processlist"
        + " WHERE command IN ('Binlog Dump', 'Binlog Dump GTID')";
  }

  /** Whether the replication user is kept in table {@code mysql.slave_master_info}. */
  public boolean hasStoredCredentialsTable() {
    return mySqlAtLeast(5, 6, 0);
  }

  /** The basic variables in one row, under names that do not differ by version. */
  public String basics() {
    List<String> columns = new ArrayList<>();
    for (String name :
        List.of(
            "hostname",
            "report_host",
            "server_id",
            "version",
            "version_comment",
            "read_only",
            "binlog_format",
            "binlog_row_image",
            "log_bin")) {
      columns.add("@@global." + name + " AS " + name);
    }
    columns.add(
        mySqlAtLeast(8, 0, 26)
            ? "@@global.log_replica_updates AS log_replica_updates"
            : "@@global.log_slave_updates AS log_replica_updates");
    columns.add(optional(hasSuperReadOnly(), "super_read_only", "0"));
    for (String name : List.of("server_uuid", "gtid_mode", "gtid_executed", "gtid_purged")) {
      columns.add(optional(hasGtidSets(), name, "''"));
    }
    return "SELECT " + String.join(", ", columns);
  }

  private static String optional(boolean exists, String name, String otherwise) {
    return (exists ? "@@global." + name : otherwise) + " AS " + name;
  }
}
