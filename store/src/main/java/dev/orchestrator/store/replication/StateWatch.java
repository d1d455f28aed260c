package dev.orchestrator.store.replication;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.model.StateReport;
import dev.orchestrator.store.snapshot.SnapshotWriter;
import dev.orchestrator.store.snapshot.StateHash;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.PinnedState;
import dev.orchestrator.store.sql.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the replicated rows of all members. Now and then the leader puts a check into the log;
 * at its index each member pins its rows, hashes them on the thread {@code state-hash} and reports
 * the hash, through the leader, into the log. So every member knows all hashes; one whose rows
 * differ from those of a majority asks for the state anew. Thread-safe.
 */
public final class StateWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StateWatch.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long IDLE_SECONDS = 10;

  private final Settings settings;
  private final Database database;
  private final Replicator replicator;
  private final Leadership leadership;
  private final Group group;
  private final LongSupplier nanos;
  private final ThreadPoolExecutor hasher =
      new ThreadPoolExecutor(
          0,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("state-hash").factory());

  private volatile @Nullable StateHash newest;

  /** Newest report of each other member, until it is in the log. */
  private final Map<String, StateReport> received = new ConcurrentHashMap<>();

  /** Confined to {@link #tick}. */
  private long checkedAtNanos;

  private long toldIndex;
  private Duration whileUnsure;

  /**
   * How often to check.
   *
   * @param interval between two checks
   * @param firstUnsure the same when the newest check found a difference, so that health stops
   *     telling of it soon after it is healed, or when a member has not reported, for example since
   *     it installed an image meanwhile; each further time twice as long
   * @param mostDiverged but not longer than this while a difference is known
   */
  public record Settings(Duration interval, Duration firstUnsure, Duration mostDiverged) {
    public static final Settings DEFAULT =
        new Settings(Duration.ofMinutes(5), Duration.ofSeconds(2), Duration.ofSeconds(30));
  }

  /** What the watch needs of the group. Thread-safe. */
  public interface Group {
    /** Name of this member. */
    String self();

    /** Number of voters. */
    int voters();

    /** Brings a report to the leader, which is another member; may fail silently. */
    void send(StateReport report);

    /** Hands leadership over if this member has it, then fetches the state from the leader. */
    void refetchState();
  }

  /**
   * Starts nothing; {@link #tick} has to be called about every second, {@link #check} at checks.
   *
   * @param nanos monotonic time
   */
  public StateWatch(
      Settings settings,
      Database database,
      Replicator replicator,
      Leadership leadership,
      Group group,
      LongSupplier nanos) {
    this.settings = settings;
    this.database = database;
    this.replicator = replicator;
    this.leadership = leadership;
    this.group = group;
    this.nanos = nanos;
    checkedAtNanos = nanos.getAsLong();
    whileUnsure = settings.firstUnsure();
  }

  /** Takes the rows at a check, and closes them; called on raft-apply. */
  public void check(PinnedState rows) {
    try {
      hasher.execute(() -> hash(rows));
    } catch (RejectedExecutionException e) {
      rows.close();
      LOG.info("no hash at index {}: the former check is still in work", rows.id().index());
    }
  }

  private void hash(PinnedState rows) {
    try (rows) {
      StateHash hash = SnapshotWriter.hash(rows);
      newest = hash;
      LOG.debug("state hash index={} hash={}", hash.id().index(), hash.total());
    } catch (IOException | StoreException e) {
      LOG.warn("no hash at index {}: {}", rows.id().index(), e.getMessage());
    }
  }

  /** Takes the report of another voter, which may be told again and again. */
  public void take(StateReport report) {
    received.put(report.member(), report);
  }

  /** Reports, judges, and as the leader puts the next check into the log when it is time. */
  public void tick() {
    List<StateReport> reports = database.stateReports().all();
    report(reports);
    passOn(reports);
    StateVerdict verdict = StateVerdict.of(reports);
    judge(verdict);
    boolean sure =
        !verdict.diverged()
            && (reports.size() >= group.voters() || database.settings().checkIndex() == 0);
    if (sure) {
      whileUnsure = settings.firstUnsure();
    }
    Duration most = verdict.diverged() ? settings.mostDiverged() : settings.interval();
    Duration interval = sure ? settings.interval() : min(whileUnsure, most);
    if (!leadership.leads() || group.voters() < 2) {
      checkedAtNanos = nanos.getAsLong();
    } else if (nanos.getAsLong() - checkedAtNanos >= interval.toNanos()) {
      checkedAtNanos = nanos.getAsLong();
      if (!sure) {
        whileUnsure = min(interval.multipliedBy(2), most);
      }
      submit(new Command.CheckState());
    }
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private void report(List<StateReport> reports) {
    StateHash own = newest;
    if (own == null || own.id().index() != database.settings().checkIndex()) {
      return;
    }
    String self = group.self();
    if (reports.stream().anyMatch(report -> report.member().equals(self))) {
      return;
    }
    StateReport report =
        new StateReport(self, own.id().index(), own.format(), own.total(), own.tables());
    if (leadership.leads()) {
      submit(new Command.ReportState(report));
    } else {
      group.send(report);
    }
  }

  /** Those of others, if this member leads; else they are told again. */
  private void passOn(List<StateReport> reports) {
    for (StateReport report : List.copyOf(received.values())) {
      received.remove(report.member(), report);
      boolean wanted =
          report.checkIndex() == database.settings().checkIndex()
              && reports.stream().noneMatch(known -> known.member().equals(report.member()));
      if (wanted && leadership.leads()) {
        submit(new Command.ReportState(report));
      }
    }
  }

  private void submit(Command command) {
    Outcome outcome = replicator.submit(command, PATIENCE);
    if (!(outcome instanceof Outcome.Applied)) {
      LOG.info("{} was not applied: {}", command.name(), outcome);
    }
  }

  /** Each check is told of once. */
  private void judge(StateVerdict verdict) {
    if (!verdict.diverged() || toldIndex == verdict.checkIndex()) {
      return;
    }
    boolean majority = verdict.agreeing().size() * 2 > group.voters();
    if (!verdict.divided() && !majority) {
      return; // more reports may come
    }
    toldIndex = verdict.checkIndex();
    LOG.error("states have diverged: {}", verdict.describe());
    if (verdict.odd().containsKey(group.self())) {
      LOG.error("this node's replicated rows differ from those of a majority: fetching the state");
      group.refetchState();
    }
  }

  @Override
  public void close() {
    hasher.shutdown();
  }
}
