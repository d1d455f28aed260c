package dev.orchestrator.store.fsm;

import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The downtime of servers that a recovery left behind: the dead primary and the replicas that do
 * not follow its successor. Begun with the successful end of the recovery, in force for a year, as
 * published. Unlike there it is in the log, so all nodes hold it, and a recovery that promoted
 * nobody begins none: it would keep the next attempt away from the dead primary. Since format 2.
 * Confined to raft-apply.
 */
final class LostServers {
  private static final int FORMAT = 2;
  private static final String DEAD_PRIMARY = "DEAD_PRIMARY";
  private static final Duration LONG = Duration.ofDays(365);

  private final Database database;

  LostServers(Database database) {
    this.database = database;
  }

  /** A recovery has ended: what it lost goes into downtime, its successor comes out of it. */
  void ended(Transaction tx, Instant stamp, Recovery.Subject subject, Recovery.Ending ending) {
    Optional<InstanceKey> successor = ending.successor();
    if (!agreed(tx)
        || !ending.successful()
        || successor.isEmpty()
        || !subject.kind().equals(DEAD_PRIMARY)) {
      return;
    }
    Set<InstanceKey> left = new LinkedHashSet<>(ending.lostReplicas());
    left.add(subject.failedKey());
    left.remove(successor.get());
    left.forEach(key -> begin(tx, stamp, key));
    database.downtimes().delete(tx, successor.get());
  }

  /** What a person began and is still in force says more, and stays. */
  private void begin(Transaction tx, Instant stamp, InstanceKey key) {
    boolean taken =
        database
            .downtimes()
            .find(tx, key)
            .filter(found -> !found.lostInRecovery() && found.endsAt().isAfter(stamp))
            .isPresent();
    if (!taken) {
      database.downtimes().put(tx, Downtime.lostInRecovery(key, stamp, stamp.plus(LONG)));
    }
  }

  /** A server that is primary by agreement is not lost: its next failure must be recovered. */
  void designated(Transaction tx, InstanceKey primary) {
    if (agreed(tx)) {
      found(tx, primary);
    }
  }

  /** Ends the downtime, if it is one of a recovery; says how many ended, 0 or 1. */
  int found(Transaction tx, InstanceKey key) {
    boolean lost = database.downtimes().find(tx, key).filter(Downtime::lostInRecovery).isPresent();
    return lost ? database.downtimes().delete(tx, key) : 0;
  }

  private boolean agreed(Transaction tx) {
    return database.settings().commandFormat(tx) >= FORMAT;
  }
}
