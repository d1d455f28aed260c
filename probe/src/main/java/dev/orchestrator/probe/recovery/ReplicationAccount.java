package dev.orchestrator.probe.recovery;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The account with which a server replicates, as it keeps it itself; never written down. Immutable.
 */
record ReplicationAccount(String user, String password) {
  /** The account of the default channel; empty when the server has none or does not tell. */
  static Optional<ReplicationAccount> of(ServerSession session) throws SQLException {
    // The table kept its name in all versions up to 8.4 (MySQL manual, Replication Metadata).
    List<Map<String, String>> rows =
        session.query(
            "SELECT User_name, User_password FROM mysql.slave_master_info WHERE Channel_name = ''");
    return rows.stream()
        .map(
            row ->
                new ReplicationAccount(
                    row.getOrDefault("user_name", ""), row.getOrDefault("user_password", "")))
        .filter(account -> !account.user().isEmpty())
        .findFirst();
  }

  @Override
  public String toString() {
    return "ReplicationAccount[user=" + user + "]";
  }
}
