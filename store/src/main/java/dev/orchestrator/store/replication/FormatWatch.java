package dev.orchestrator.store.replication;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.sql.Database;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raises the format of commands once every voter runs a program that reads it (rule T1). Members
 * tell the leader about every second which format they read, as long as it is newer than the agreed
 * one; the leader proposes the oldest of these. A voter that says nothing, because it is down or
 * older than announcements, holds the format where it is. Thread-safe; {@link #tick} has one
 * caller.
 */
public final class FormatWatch {
  private static final Logger LOG = LoggerFactory.getLogger(FormatWatch.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** An older announcement may be of a program that was replaced since. */
  private static final long FRESH_NANOS = Duration.ofSeconds(10).toNanos();

  private final int newest;
  private final Database database;
  private final Replicator replicator;
  private final Leadership leadership;
  private final Group group;
  private final LongSupplier nanos;
  private final Map<String, Announcement> announced = new ConcurrentHashMap<>();

  private record Announcement(int format, long atNanos) {}

  /** What the watch needs of the group. Thread-safe. */
  public interface Group {
    /** Names of the voters. */
    Collection<String> voters();

    /** Tells the leader, which is another member, what this one reads; may fail silently. */
    void announce(int format);
  }

  /**
   * Starts nothing; {@link #tick} has to be called about every second.
   *
   * @param newest newest format that this member reads
   * @param nanos monotonic time
   */
  public FormatWatch(
      int newest,
      Database database,
      Replicator replicator,
      Leadership leadership,
      Group group,
      LongSupplier nanos) {
    this.newest = newest;
    this.database = database;
    this.replicator = replicator;
    this.leadership = leadership;
    this.group = group;
    this.nanos = nanos;
  }

  /** The watch of a node without Raft: it agrees with itself. */
  public static FormatWatch alone(Database database, LocalReplicator local) {
    Group group =
        new Group() {
          @Override
          public Collection<String> voters() {
            return List.of(local.self());
          }

          @Override
          public void announce(int format) {
            throw new IllegalStateException("there is no other leader");
          }
        };
    return new FormatWatch(
        CommandCodec.FORMAT_VERSION, database, local, local, group, System::nanoTime);
  }

  /** Takes what another voter reads. */
  public void take(String member, int format) {
    announced.put(member, new Announcement(format, nanos.getAsLong()));
  }

  /** Announces, or as the leader raises the format when all have announced a newer one. */
  public void tick() {
    int agreed = database.settings().commandFormat();
    if (agreed >= newest) {
      announced.clear();
      return;
    }
    if (!leadership.leads()) {
      group.announce(newest);
      return;
    }
    announced.keySet().retainAll(group.voters());
    int common = group.voters().stream().mapToInt(this::formatOf).min().orElse(newest);
    if (common > agreed) {
      Outcome outcome = replicator.submit(new Command.RaiseFormat(common), PATIENCE);
      LOG.info("command format raised from={} to={} outcome={}", agreed, common, outcome);
    }
  }

  /** 0 for a voter that has not been heard. */
  private int formatOf(String member) {
    if (member.equals(leadership.self())) {
      return newest;
    }
    Announcement heard = announced.get(member);
    return heard != null && nanos.getAsLong() - heard.atNanos() < FRESH_NANOS ? heard.format() : 0;
  }
}
