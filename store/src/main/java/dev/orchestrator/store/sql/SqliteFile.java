package dev.orchestrator.store.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** An SQLite file that this process alone has open. Thread-safe. */
final class SqliteFile implements Backend {
  private static final int READERS = 4;
  private static final int MAX_WAITING_READS = 256;
  private static final int BUSY_TIMEOUT_MILLIS = 5_000;

  /** Local facts may wait this long; their loss only means that a server is looked at again. */
  private static final Duration LOCAL_PATIENCE = Duration.ofSeconds(10);

  /** Apply waits for one small batch; when it takes longer, the disk is gone and so are we. */
  private static final Duration APPLY_PATIENCE = Duration.ofSeconds(30);

  private final Path file;
  private final FileLease lease;

  private SqliteFile(Path file, FileLease lease) {
    this.file = file;
    this.lease = lease;
  }

  /**
   * Creates the folder and takes the lease.
   *
   * @throws StoreException the folder cannot be written, or another node has the file open
   */
  static SqliteFile take(Path file) {
    Path path = file.toAbsolutePath().normalize();
    createFolder(path);
    FileLease lease = FileLease.take(path);
    SqliteLibrary.keepIn(path.resolveSibling(path.getFileName() + ".native"));
    return new SqliteFile(path, lease);
  }

  private static void createFolder(Path file) {
    Path folder = file.getParent();
    if (folder == null || file.toString().contains("?")) {
      throw new StoreException("'" + file + "' cannot be a database file; set SQLite3DataFile");
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new StoreException(
          "cannot create folder "
              + folder
              + " for the database "
              + file
              + "; create it for this user, or set SQLite3DataFile to a file elsewhere",
          e);
    }
  }

  private SQLiteDataSource source() {
    return source(config());
  }

  private static SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    return config;
  }

  private SQLiteDataSource source(SQLiteConfig config) {
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }

  @Override
  public Dialect dialect() {
    return new SqliteDialect();
  }

  @Override
  public String describe() {
    return "database " + file;
  }

  @Override
  public Connection openWriter(Deadline deadline) {
    try {
      return source().getConnection();
    } catch (SQLException e) {
      throw new StoreException(
          "cannot open the database "
              + file
              + "; check that it is an SQLite file that this user may write, in a folder that this"
              + " user may write",
          e);
    }
  }

  @Override
  public DataSource migrationSource() {
    SQLiteConfig config = config();
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    return source(config);
  }

  @Override
  public ReadPool openReaders() {
    HikariConfig pool = new HikariConfig();
    pool.setPoolName("backend");
    pool.setDataSource(source());
    pool.setMaximumPoolSize(READERS);
    pool.setMaxLifetime(0); // a file has no server that would end old sessions
    pool.setConnectionTimeout(LOCAL_PATIENCE.toMillis());
    pool.setConnectionInitSql("PRAGMA query_only = ON");
    return new ReadPool(
        new HikariDataSource(pool),
        BackendThreads.forVirtualCallers("backend", READERS, MAX_WAITING_READS, LOCAL_PATIENCE));
  }

  @Override
  public Connection openPinned() {
    try {
      Connection connection = source().getConnection();
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA query_only = ON");
        statement.execute("BEGIN");
        return connection;
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new StoreException("cannot pin the state of " + describe(), e);
    }
  }

  @Override
  public Duration applyPatience() {
    return APPLY_PATIENCE;
  }

  @Override
  public Duration localPatience() {
    return LOCAL_PATIENCE;
  }

  /** A native call ends when it ends; the busy timeout bounds what it waits for. */
  @Override
  public void limit(Connection connection, Deadline deadline) {}

  @Override
  public void close() {
    lease.close();
  }
}
