package dev.orchestrator.probe.mysql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One session to one server, with a deadline over all statements of a visit. Confined to the
 * visiting thread, but for {@link #abort}.
 */
final class FleetSession {
  private final Connection connection;
  private final ServerDialect dialect;
  private long deadlineNanos;
  private boolean credentialsKnown;
  private boolean credentials;

  FleetSession(Connection connection) throws SQLException {
    this.connection = connection;
    // The driver keeps the version of the server's greeting: this costs no statement.
    dialect = ServerDialect.of(connection.getMetaData().getDatabaseProductVersion());
  }

  ServerDialect dialect() {
    return dialect;
  }

  /** From now until then every statement gets what is left of the visit's time. */
  void deadline(long nanos) {
    deadlineNanos = nanos;
  }

  List<StatusRow> rows(String sql) throws SQLException {
    bound();
    List<StatusRow> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        rows.add(StatusRow.of(result));
      }
    }
    return rows;
  }

  StatusRow firstRow(String sql) throws SQLException {
    List<StatusRow> rows = rows(sql);
    return rows.isEmpty() ? StatusRow.of(Map.of()) : rows.getFirst();
  }

  /** Rows of name and value, as one row. */
  StatusRow pairs(String sql) throws SQLException {
    bound();
    Map<String, String> pairs = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        String value = result.getString(2);
        pairs.put(result.getString(1), value == null ? "" : value);
      }
    }
    return StatusRow.of(pairs);
  }

  /** First column of the first row, {@code ""} when there is none. */
  String firstValue(String sql) throws SQLException {
    bound();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      String value = result.next() ? result.getString(1) : "";
      return value == null ? "" : value;
    }
  }

  private void bound() throws SQLException {
    long leftMillis = Duration.ofNanos(deadlineNanos - System.nanoTime()).toMillis();
    if (leftMillis <= 0) {
      throw new SQLTimeoutException("the visit's time is over", "HYT00");
    }
    connection.setNetworkTimeout(Runnable::run, (int) Math.min(Integer.MAX_VALUE, leftMillis));
  }

  /**
   * Whether a replication user is stored on the server. Read once per session: it hardly ever
   * changes, and reading it needs a privilege that may be missing.
   */
  boolean credentialsAvailable() throws SQLException {
    if (!credentialsKnown && dialect.hasStoredCredentialsTable()) {
      try {
        credentials =
            firstRow("SELECT COUNT(*) AS users FROM mysql.slave_master_info WHERE User_name <> ''")
                    .number("users")
                    .orElse(0)
                > 0;
      } catch (SQLException e) {
        if (SqlFailures.causeOf(e) != FailureCause.DENIED) {
          throw e;
        }
        credentials = false;
      }
    }
    credentialsKnown = true;
    return credentials;
  }

  /** Ends the session without a word to the server, which may not listen any more. */
  void abort() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      // The session is gone, which is what was wanted.
      return;
    }
  }
}
