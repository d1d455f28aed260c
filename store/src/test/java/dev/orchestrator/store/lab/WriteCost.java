package dev.orchestrator.store.lab;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What a server did on disk and in transactions, by its own counters. */
public final class WriteCost {
  private WriteCost() {}

  /** Syncs of the redo log since the server started; of all files where it does not tell apart. */
  public static long redoLogSyncs(MySqlTestServer server) {
    long redoLog = counter(server, "Innodb_os_log_fsyncs");
    return redoLog >= 0 ? redoLog : counter(server, "Innodb_data_fsyncs");
  }

  /** COMMIT statements since the server started. */
  public static long commits(MySqlTestServer server) {
    return counter(server, "Com_commit");
  }

  /** REPLACE statements since the server started, each of one row or many. */
  public static long replaces(MySqlTestServer server) {
    return counter(server, "Com_replace");
  }

  /** -1 if the server does not know the counter. */
  private static long counter(MySqlTestServer server, String name) {
    try (Connection connection = server.connect("");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SHOW GLOBAL STATUS LIKE '" + name + "'")) {
      return result.next() ? result.getLong(2) : -1;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
