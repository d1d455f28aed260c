package dev.orchestrator.store.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.orchestrator.raft.core.LogId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Function;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * This node's SQL backend: opens and migrates it, and hands out one repository per table.
 *
 * <p>One connection writes, a few read. Calls from virtual threads run on the platform threads
 * {@code backend-N} and {@code backend-writer-N} with a deadline; platform threads run their calls
 * themselves. Every method may throw {@link StoreException}. Thread-safe.
 */
public final class Database implements AutoCloseable {
  private static final int READERS = 4;
  private static final int MAX_WAITING_READS = 256;
  private static final int MAX_WAITING_WRITES = 1024;
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int BUSY_TIMEOUT_MILLIS = 5_000;

  private final FileLease lease;
  private final Writer writer;
  private final ReadPool reads;
  private final BackendThreads writeThreads;
  private final InstanceTable instances;
  private final SeedTable seeds;
  private final DowntimeTable downtimes;
  private final ClusterTable clusters;
  private final DetectionTable detections;
  private final RecoveryTable recoveries;
  private final RecoveryStepTable recoverySteps;
  private final LockTable locks;
  private final SettingTable settings;
  private final AppliedTable applied;

  private Database(FileLease lease, Writer writer, ReadPool reads) {
    this.lease = lease;
    this.writer = writer;
    this.reads = reads;
    writeThreads = new BackendThreads("backend-writer", 1, MAX_WAITING_WRITES, DEADLINE);
    instances = new InstanceTable(reads, this::local);
    seeds = new SeedTable(reads);
    downtimes = new DowntimeTable(reads);
    clusters = new ClusterTable(reads);
    detections = new DetectionTable(reads);
    recoveries = new RecoveryTable(reads);
    recoverySteps = new RecoveryStepTable(reads);
    locks = new LockTable(reads);
    settings = new SettingTable(reads);
    applied = new AppliedTable(reads);
  }

  /**
   * Opens an embedded SQLite file, creating its folder and the file, and migrating it as needed.
   *
   * <p>The journal is a write-ahead log with {@code synchronous = NORMAL}: a commit survives the
   * death of the process at once, the death of the machine only after the next sync. That is enough
   * because the Raft log carries durability: what the database forgot, the log applies again, and
   * the log is cut only below an index that {@link #sync()} returned. SQLite loses only the newest
   * commits then, never some from the middle, so rows and applied index always fit together.
   *
   * @throws StoreException the file cannot be opened or written, is open in another node, or was
   *     made by a newer program; the message names the file and what to do
   */
  public static Database sqlite(Path file) {
    Path path = file.toAbsolutePath().normalize();
    createFolder(path);
    FileLease lease = FileLease.take(path);
    try {
      return open(path, lease);
    } catch (RuntimeException e) {
      lease.close();
      throw e;
    }
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

  private static Database open(Path file, FileLease lease) {
    Writer writer = openWriter(file);
    try {
      Migrations.run(writer, "database " + file);
      return new Database(lease, writer, openReaders(file));
    } catch (RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  private static SQLiteConfig pragmas() {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    return config;
  }

  private static Writer openWriter(Path file) {
    SQLiteDataSource source = new SQLiteDataSource(pragmas());
    source.setUrl("jdbc:sqlite:" + file);
    try {
      return new Writer(source.getConnection());
    } catch (SQLException e) {
      throw new StoreException(
          "cannot open the database "
              + file
              + "; check that it is an SQLite file that this user may write, in a folder that this"
              + " user may write",
          e);
    }
  }

  private static ReadPool openReaders(Path file) {
    SQLiteDataSource source = new SQLiteDataSource(pragmas());
    source.setUrl("jdbc:sqlite:" + file);
    HikariConfig pool = new HikariConfig();
    pool.setPoolName("backend");
    pool.setDataSource(source);
    pool.setMaximumPoolSize(READERS);
    pool.setMaxLifetime(0); // a file has no server that would end old sessions
    pool.setConnectionTimeout(DEADLINE.toMillis());
    pool.setConnectionInitSql("PRAGMA query_only = ON");
    return new ReadPool(
        new HikariDataSource(pool),
        new BackendThreads("backend", READERS, MAX_WAITING_READS, DEADLINE));
  }

  /** Local facts: what this node saw of each server. */
  public InstanceTable instances() {
    return instances;
  }

  /** Replicated: servers that people asked to discover. */
  public SeedTable seeds() {
    return seeds;
  }

  public DowntimeTable downtimes() {
    return downtimes;
  }

  public ClusterTable clusters() {
    return clusters;
  }

  public DetectionTable detections() {
    return detections;
  }

  public RecoveryTable recoveries() {
    return recoveries;
  }

  public RecoveryStepTable recoverySteps() {
    return recoverySteps;
  }

  /** Replicated: what running recoveries hold. */
  public LockTable locks() {
    return locks;
  }

  public SettingTable settings() {
    return settings;
  }

  /** How far the log was applied. */
  public AppliedTable applied() {
    return applied;
  }

  /**
   * Runs the body in one write transaction ahead of all local writers: the way in for apply, and
   * for nobody else. The transaction commits when the body returns; when it throws, nothing
   * happened.
   */
  public <T> T apply(Function<Transaction, T> body) {
    return writer.first(body);
  }

  /**
   * Makes every commit so far survive the death of the machine.
   *
   * @return the applied entry below which the log may be cut
   */
  public LogId sync() {
    return writer.synced(
        tx -> {
          settings.countSync(tx);
          return applied.id(tx);
        });
  }

  /**
   * Binds this database to a Raft group, once: from then on it refuses to serve another.
   *
   * @throws StoreException it belongs to another group already
   */
  public void bindToCluster(String clusterId) {
    writer.synced(
        tx -> {
          applied.bind(tx, clusterId);
          settings.countSync(tx);
          return clusterId;
        });
  }

  /**
   * Writes and reads a row to prove that the backend works.
   *
   * @throws StoreException it does not
   */
  public void probe() {
    long written = local(settings::countProbe);
    if (settings.probes() < written) {
      throw new StoreException("the backend lost probe row " + written);
    }
  }

  private <T> T local(Function<Transaction, T> body) {
    return writeThreads.call(() -> writer.local(body));
  }

  /** Ends the threads, then the connections; calls that come later fail. */
  @Override
  public void close() {
    writeThreads.close();
    reads.close();
    try {
      writer.close();
    } finally {
      lease.close();
    }
  }
}
