package dev.orchestrator.probe.recovery;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Ends the sessions that earlier leaders left on a server for a recovery, and waits until they are
 * gone: what such a session had sent takes effect before that or never (rule A4). Stateless.
 */
final class SessionReaper {
  private static final int NO_SUCH_THREAD = 1094;
  private static final Duration POLL = Duration.ofMillis(20);

  private SessionReaper() {}

  /**
   * Kills and waits.
   *
   * @param session a session of the current term on the server
   * @return how many sessions were killed
   * @throws SQLException they are not gone within the limit, or the server failed
   */
  static int reap(ServerSession session, String recoveryUid, long term, Duration limit)
      throws SQLException, InterruptedException {
    String sql = search(session, ServerSession.shortUid(recoveryUid), term);
    long deadline = System.nanoTime() + limit.toNanos();
    List<String> killed = new ArrayList<>();
    while (true) {
      List<Map<String, String>> rows = session.query(sql);
      if (rows.isEmpty()) {
        return killed.size();
      }
      if (System.nanoTime() > deadline) {
        throw new SQLException(
            rows.size() + " sessions of an earlier leader do not end on " + session.key());
      }
      for (Map<String, String> row : rows) {
        String id = row.getOrDefault("id", "");
        if (!killed.contains(id)) {
          kill(session, id);
          killed.add(id);
        }
      }
      Thread.sleep(POLL);
    }
  }

  /**
   * Finds sessions by their connection attributes. Without performance schema nobody can tell them
   * apart, so all other sessions of the same account go; visits simply come again.
   */
  private static String search(ServerSession session, String shortUid, long term)
      throws SQLException {
    Map<String, String> row = session.query("SELECT @@performance_schema AS enabled").getFirst();
    if (!row.getOrDefault("enabled", "0").equals("1")) {
      return """
          SELECT id FROM information_schema.processlist
          WHERE id <> CONNECTION_ID() AND user = SUBSTRING_INDEX(USER(), '@', 1)""";
    }
    return String.format(
        Locale.ROOT,
        """
        SELECT r.processlist_id AS id
        FROM performance_schema.session_connect_attrs r
        JOIN performance_schema.session_connect_attrs t
          ON t.processlist_id = r.processlist_id AND t.attr_name = '%s'
        WHERE r.attr_name = '%s' AND r.attr_value = '%s'
          AND CAST(t.attr_value AS SIGNED) <= %d
          AND r.processlist_id <> CONNECTION_ID()""",
        ServerSession.TERM_ATTRIBUTE,
        ServerSession.RECOVERY_ATTRIBUTE,
        shortUid.replaceAll("[^0-9a-zA-Z]", ""),
        term);
  }

  private static void kill(ServerSession session, String id) throws SQLException {
    try {
      session.execute("KILL CONNECTION " + Long.parseLong(id));
    } catch (SQLException e) {
      if (e.getErrorCode() != NO_SUCH_THREAD) {
        throw e;
      }
    }
  }
}
