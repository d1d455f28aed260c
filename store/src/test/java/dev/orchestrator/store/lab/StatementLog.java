package dev.orchestrator.store.lab;

import java.util.List;

/** The statements that a server got from the writer of a database, by its general log. */
final class StatementLog {
  private StatementLog() {}

  /** Work that may fail. */
  interface Work {
    void run() throws Exception;
  }

  /**
   * Statements of so many runs of the work, whole transactions, in order.
   *
   * @param database whose writer's lock tells its connection
   */
  static List<String> of(MySqlTestServer server, String database, int runs, Work work)
      throws Exception {
    String writer =
        server.column("SELECT IS_USED_LOCK('orchestrator/" + database + "')").getFirst();
    server.execute(
        "SET GLOBAL log_output = 'TABLE'",
        "TRUNCATE TABLE mysql.general_log",
        "SET GLOBAL general_log = ON");
    try {
      for (int run = 0; run < runs; run++) {
        work.run();
      }
    } finally {
      server.execute("SET GLOBAL general_log = OFF");
    }
    List<String> statements =
        server.column(
            "SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log"
                + " WHERE command_type = 'Query' AND thread_id = "
                + writer);
    if (statements.stream().filter("COMMIT"::equals).count() != runs) {
      throw new IllegalStateException("not one COMMIT each: " + statements);
    }
    return statements;
  }
}
