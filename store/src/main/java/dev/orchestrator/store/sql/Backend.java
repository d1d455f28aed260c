package dev.orchestrator.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** Where a database's connections come from, and how long to wait for them. Thread-safe. */
sealed interface Backend extends AutoCloseable permits SqliteFile, MySqlServer {
  Dialect dialect();

  /** The database in a message, for example {@code database /var/lib/o.db}. */
  String describe();

  /**
   * Opens the connection that writes; it commits by itself, transactions are begun in words. No
   * other process has one on the same database.
   *
   * @throws StoreException it cannot be had; the message says what to do
   */
  Connection openWriter(Deadline deadline);

  /**
   * Where the connections that change the schema come from, while the one that writes is open and
   * idle. Each of their statements ends within a time limit; a commit of theirs is on disk.
   */
  DataSource migrationSource();

  /** Opens the connections that read; they cannot write. */
  ReadPool openReaders();

  /**
   * Opens a connection for one long read: a read transaction has begun on it, whose moment is that
   * of its first query or earlier. It cannot write.
   *
   * @throws StoreException it cannot be had
   */
  Connection openPinned();

  /** How long apply may take, waiting for others included. */
  Duration applyPatience();

  /** How long a local write may take, waiting for others included. */
  Duration localPatience();

  /** Lets a statement on this connection take no longer than the time left. */
  void limit(Connection connection, Deadline deadline) throws SQLException;

  /** Gives back what belongs to no connection. */
  @Override
  void close();
}
