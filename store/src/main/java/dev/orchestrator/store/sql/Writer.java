package dev.orchestrator.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Function;

/** The one connection that writes. Thread-safe: the gate lets in one caller at a time. */
final class Writer implements AutoCloseable {
  /** Local facts may wait this long; their loss only means that a server is looked at again. */
  private static final Duration LOCAL_WAIT = Duration.ofSeconds(10);

  /** Apply waits for one small batch; when it takes longer, the disk is gone and so are we. */
  private static final Duration APPLY_WAIT = Duration.ofSeconds(30);

  private final Connection connection;
  private final WriteGate gate = new WriteGate();

  /** Takes over a connection that commits by itself: transactions are begun in words, see below. */
  Writer(Connection connection) {
    this.connection = connection;
  }

  /** Runs the body in one transaction ahead of all local writers. */
  <T> T first(Function<Transaction, T> body) {
    gate.enterFirst(APPLY_WAIT);
    try {
      return run(body);
    } finally {
      gate.leave();
    }
  }

  /** Runs the body in one transaction, behind apply. */
  <T> T local(Function<Transaction, T> body) {
    gate.enter(LOCAL_WAIT);
    try {
      return run(body);
    } finally {
      gate.leave();
    }
  }

  /**
   * Like {@link #first}, but the commit reaches the disk before this returns, and with it every
   * commit before it: they lie before it in the same write-ahead log.
   */
  <T> T synced(Function<Transaction, T> body) {
    gate.enterFirst(APPLY_WAIT);
    try {
      execute("PRAGMA synchronous = FULL");
      try {
        return run(body);
      } finally {
        execute("PRAGMA synchronous = NORMAL");
      }
    } finally {
      gate.leave();
    }
  }

  /**
   * BEGIN IMMEDIATE takes the write lock at once, so a transaction never finds out halfway that it
   * may not write. JDBC's own setAutoCommit(false) would leave the next transaction open after each
   * commit, and with it a snapshot that keeps the write-ahead log from being reset.
   */
  private <T> T run(Function<Transaction, T> body) {
    execute("BEGIN IMMEDIATE");
    boolean committed = false;
    try {
      T result = body.apply(new Transaction(connection));
      execute("COMMIT");
      committed = true;
      return result;
    } finally {
      if (!committed) {
        rollBack();
      }
    }
  }

  /** A failed statement may have ended the transaction already; then there is nothing to do. */
  private void rollBack() {
    try (Statement statement = connection.createStatement()) {
      statement.execute("ROLLBACK");
    } catch (SQLException e) {
      org.slf4j.LoggerFactory.getLogger(Writer.class)
          .debug("rollback found no transaction: {}", e.getMessage());
    }
  }

  private void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new StoreException("backend refused " + sql, e);
    }
  }

  @Override
  public void close() {
    gate.enterFirst(APPLY_WAIT);
    try {
      connection.close();
    } catch (SQLException e) {
      throw new StoreException("cannot close the backend's writer", e);
    } finally {
      gate.leave();
    }
  }
}
