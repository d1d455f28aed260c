package dev.orchestrator.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection that writes. A lost one is opened again at the next call. Thread-safe: the
 * gate lets in one caller at a time.
 */
final class Writer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

  /** Between two attempts of apply on a backend that is away. */
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Backend backend;
  private final Dialect dialect;
  private final WriteGate gate = new WriteGate();

  /** Null between a loss and the next call. Guarded by the gate. */
  private @Nullable Connection connection;

  /** Guarded by the gate. */
  private boolean closed;

  /**
   * Opens the connection.
   *
   * @throws StoreException it cannot be had
   */
  Writer(Backend backend) {
    this.backend = backend;
    this.dialect = backend.dialect();
    this.connection = backend.openWriter(Deadline.in(backend.applyPatience()));
  }

  /** Runs the body in one transaction ahead of all local writers. */
  <T> T first(Function<Transaction, T> body) {
    Deadline deadline = Deadline.in(backend.applyPatience());
    gate.enterFirst(deadline.left());
    try {
      return untilItPasses(deadline, body);
    } finally {
      gate.leave();
    }
  }

  /** Runs the body in one transaction, behind apply. */
  <T> T local(Function<Transaction, T> body) {
    Deadline deadline = Deadline.in(backend.localPatience());
    gate.enter(deadline.left());
    try {
      return run(deadline, body);
    } finally {
      gate.leave();
    }
  }

  /**
   * Like {@link #first}, but the commit reaches the disk before this returns, and with it every
   * commit before it: they lie before it in the same write-ahead log.
   */
  <T> T synced(Function<Transaction, T> body) {
    Deadline deadline = Deadline.in(backend.applyPatience());
    gate.enterFirst(deadline.left());
    try {
      execute(dialect.beforeSync());
      try {
        return untilItPasses(deadline, body);
      } finally {
        execute(dialect.afterSync());
      }
    } finally {
      gate.leave();
    }
  }

  /** Like {@link #synced}, but the body runs once: it reads from what can be read once only. */
  <T> T syncedOnce(Function<Transaction, T> body) {
    Deadline deadline = Deadline.in(backend.applyPatience());
    gate.enterFirst(deadline.left());
    try {
      execute(dialect.beforeSync());
      try {
        return run(deadline, body);
      } finally {
        execute(dialect.afterSync());
      }
    } finally {
      gate.leave();
    }
  }

  /**
   * Apply must not fail because a server restarts: as long as no commit was sent, nothing happened
   * and the body may run again.
   */
  private <T> T untilItPasses(Deadline deadline, Function<Transaction, T> body) {
    boolean told = false;
    while (true) {
      try {
        return run(deadline, body);
      } catch (StoreException e) {
        if (!e.passes() || deadline.left().compareTo(PAUSE) <= 0) {
          throw e;
        }
        if (!told) {
          told = true;
          LOG.warn(
              "the backend is away, trying for {} s at most: {}",
              deadline.left().toSeconds(),
              e.getMessage());
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while the backend was away", e);
    }
  }

  /**
   * JDBC's own setAutoCommit(false) would leave SQLite's next transaction open after each commit,
   * and with it a snapshot that keeps the write-ahead log from being reset. So transactions are
   * begun in words.
   */
  private <T> T run(Deadline deadline, Function<Transaction, T> body) {
    Connection open = begin(deadline);
    boolean ended = false;
    try {
      Transaction transaction = new Transaction(open);
      T result = body.apply(transaction);
      transaction.send();
      ended = true;
      commit(open);
      return result;
    } catch (StoreException e) {
      if (e.passes() && !dialect.failuresMayEndTransactions()) {
        ended = true;
        drop(); // the server ends the transaction of a lost session
      }
      throw e;
    } finally {
      if (!ended) {
        rollBack(open);
      }
    }
  }

  /** A session that the server ended while nobody looked is replaced without further words. */
  private Connection begin(Deadline deadline) {
    if (closed) {
      throw new StoreException("the backend is closed");
    }
    Connection known = connection;
    if (known != null) {
      try {
        return begin(known, deadline);
      } catch (StoreException e) {
        if (!e.passes()) {
          throw e;
        }
        drop();
        if (deadline.isOver()) {
          throw e;
        }
        LOG.info("opening the backend's writer again: {}", e.getMessage());
      }
    }
    Connection opened = backend.openWriter(deadline);
    connection = opened;
    return begin(opened, deadline);
  }

  private Connection begin(Connection open, Deadline deadline) {
    try {
      backend.limit(open, deadline);
      execute(open, dialect.begin());
      return open;
    } catch (SQLException e) {
      throw new StoreException("backend refused " + dialect.begin(), e);
    }
  }

  /** A commit whose answer is lost may have happened: nobody may run the body again then. */
  private void commit(Connection open) {
    try {
      execute(open, "COMMIT");
    } catch (SQLException e) {
      if (dialect.failuresMayEndTransactions()) {
        rollBack(open);
        throw new StoreException("backend refused COMMIT", e);
      }
      drop();
      throw StoreException.unknownOutcome("backend gave no answer to COMMIT", e);
    }
  }

  /** A failed statement may have ended the transaction already; then there is nothing to do. */
  private void rollBack(Connection open) {
    try {
      execute(open, "ROLLBACK");
    } catch (SQLException e) {
      LOG.debug("rollback failed: {}", e.getMessage());
      if (!dialect.failuresMayEndTransactions()) {
        drop();
      }
    }
  }

  /** Closes without a word to a server, which may not be listening; an embedded one always is. */
  private void drop() {
    Connection lost = connection;
    connection = null;
    if (lost == null) {
      return;
    }
    try {
      if (dialect.failuresMayEndTransactions()) {
        lost.close();
      } else {
        lost.abort(Runnable::run);
      }
    } catch (SQLException e) {
      LOG.debug("a lost connection could not be closed: {}", e.getMessage());
    }
  }

  private void execute(List<String> statements) {
    for (String sql : statements) {
      Connection open = connection;
      if (open == null || closed) {
        throw new StoreException("the backend is closed");
      }
      try {
        execute(open, sql);
      } catch (SQLException e) {
        throw new StoreException("backend refused " + sql, e);
      }
    }
  }

  private static void execute(Connection open, String sql) throws SQLException {
    try (Statement statement = open.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    gate.enterFirst(backend.applyPatience());
    try {
      closed = true;
      Connection open = connection;
      connection = null;
      if (open != null) {
        open.close();
      }
    } catch (SQLException e) {
      throw new StoreException("cannot close the backend's writer", e);
    } finally {
      gate.leave();
    }
  }
}
