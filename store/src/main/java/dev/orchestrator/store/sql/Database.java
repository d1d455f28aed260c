package dev.orchestrator.store.sql;

import dev.orchestrator.raft.core.LogId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * This node's SQL backend: opens and migrates it, and hands out one repository per table.
 *
 * <p>One connection writes, a few read. Calls from virtual threads run on the platform threads
 * {@code backend-N} and {@code backend-writer-N} with a deadline; platform threads run their calls
 * on SQLite themselves. Every method may throw {@link StoreException}. Thread-safe.
 */
public final class Database implements AutoCloseable {
  private static final int MAX_WAITING_WRITES = 1024;

  /** Short enough that whoever asks for the health within 5 s gets an answer (rule T1). */
  private static final Duration PROBE_PATIENCE = Duration.ofSeconds(4);

  private final Backend backend;
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
  private final TagTable tags;
  private final CandidateTable candidates;
  private final UnresolveTable unresolves;
  private final PoolTable pools;
  private final MaintenanceTable maintenances;
  private final AliasTable aliases;
  private final KeyValueTable keyValues;
  private final StateReportTable stateReports;
  private final PseudoGtidTable pseudoGtids;

  private Database(Backend backend, Writer writer, ReadPool reads) {
    this.backend = backend;
    this.writer = writer;
    this.reads = reads;
    writeThreads =
        BackendThreads.forVirtualCallers(
            "backend-writer", 1, MAX_WAITING_WRITES, backend.localPatience());
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
    tags = new TagTable(reads);
    candidates = new CandidateTable(reads);
    unresolves = new UnresolveTable(reads);
    pools = new PoolTable(reads);
    maintenances = new MaintenanceTable(reads);
    aliases = new AliasTable(reads);
    keyValues = new KeyValueTable(reads);
    stateReports = new StateReportTable(reads);
    pseudoGtids = new PseudoGtidTable(reads);
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
    return open(SqliteFile.take(file));
  }

  /**
   * Opens a database on a MySQL server (5.7 or newer, or MariaDB), creating and migrating it as
   * needed. A named lock keeps other nodes away as long as this one's writing connection lives.
   *
   * <p>Every call ends within the read timeout. What was written is as durable as the server's
   * {@code innodb_flush_log_at_trx_commit} makes it; a warning is logged if that is not 1.
   *
   * @throws StoreException the server cannot be reached or refuses the account, the database is
   *     open in another node, or was made by a newer program; the message names the server and what
   *     to do
   */
  public static Database mysql(MySqlBackend settings) {
    return open(new MySqlServer(settings));
  }

  private static Database open(Backend backend) {
    try {
      Writer writer = new Writer(backend);
      try {
        Migrations.run(writer, backend);
        return new Database(backend, writer, backend.openReaders());
      } catch (RuntimeException e) {
        writer.close();
        throw e;
      }
    } catch (RuntimeException e) {
      backend.close();
      throw e;
    }
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

  public TagTable tags() {
    return tags;
  }

  /** Replicated: promotion rules that people registered. */
  public CandidateTable candidates() {
    return candidates;
  }

  /** Replicated: virtual names of hosts. */
  public UnresolveTable unresolves() {
    return unresolves;
  }

  public PoolTable pools() {
    return pools;
  }

  public MaintenanceTable maintenances() {
    return maintenances;
  }

  /** Replicated: cluster aliases that people chose. */
  public AliasTable aliases() {
    return aliases;
  }

  /** Replicated: what the key-value stores shall hold. */
  public KeyValueTable keyValues() {
    return keyValues;
  }

  /** Replicated: what members reported of the newest check of their rows. */
  public StateReportTable stateReports() {
    return stateReports;
  }

  /** Replicated: clusters into which Pseudo-GTID was injected lately. */
  public PseudoGtidTable pseudoGtids() {
    return pseudoGtids;
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
   * Pins the replicated rows as they are now, on a connection of its own; quick.
   *
   * @throws StoreException the backend failed
   */
  public PinnedState pin() {
    Connection connection = backend.openPinned();
    try {
      return new PinnedState(connection, backend.dialect());
    } catch (SQLException e) {
      StoreException failure = new StoreException("cannot pin the state", e);
      try {
        connection.close();
      } catch (SQLException second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
  }

  /**
   * Puts other rows in the place of all replicated ones, in one transaction that is on disk when
   * this returns. Local rows stay.
   *
   * @param body fills the tables and says where the rows belong; when it throws, nothing happened
   */
  public void replaceState(Consumer<StateReplacement> body) {
    writer.syncedOnce(
        tx -> {
          StateReplacement replacement = new StateReplacement(tx);
          replacement.clear();
          body.accept(replacement);
          settings.countSync(tx);
          return replacement;
        });
  }

  /** The Raft group this database is bound to, if it is. */
  public Optional<String> clusterId() {
    return applied.clusterId();
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
   * Writes and reads a row to prove that the backend works, within 4 s.
   *
   * @throws StoreException it does not
   */
  public void probe() {
    long lost = writeThreads.callWithin(PROBE_PATIENCE, this::lostProbe);
    if (lost > 0) {
      throw new StoreException("the backend lost probe row " + lost);
    }
  }

  private long lostProbe() {
    long written = writer.local(settings::countProbe);
    return settings.probes() < written ? written : 0;
  }

  Reads reads() {
    return reads;
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
      backend.close();
    }
  }
}
