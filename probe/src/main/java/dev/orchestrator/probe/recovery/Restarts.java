package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Instance;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether a replica's restart may have cost it what it had acknowledged (rule D3): with
 * relay_log_recovery it throws away what it had received and not applied, and fetches it again from
 * its source, if that still lives. Pure.
 */
final class Restarts {
  /** A restart so long before the primary was last seen is made good: all was fetched again. */
  private static final Duration SETTLED = Roster.AWAY;

  private Restarts() {}

  /**
   * Whether what the replica acknowledged before its restart may be gone.
   *
   * @param primary the dead primary as visits saw it last
   * @param replica read with its receiver stopped
   * @param now a moment just after the reading
   */
  static boolean mayHaveForgotten(Instance primary, ServerReading replica, Instant now) {
    CheckTimes seen = primary.check();
    if (replica.uptimeSeconds() < 0) {
      return false; // a server that does not tell is judged by what it holds
    }
    // It counts whole seconds between whole seconds: the start may be up to one second later.
    Instant started = now.minusSeconds(replica.uptimeSeconds()).plusSeconds(1);
    if (!started.isBefore(seen.seenAt())) {
      return true;
    }
    boolean settled = started.plus(SETTLED).isBefore(seen.seenAt());
    return !settled && !replica.received().contains(executed(primary));
  }

  /** What the primary had executed when it was last seen, after the restart. */
  private static GtidSet executed(Instance primary) {
    try {
      return GtidSet.parse(primary.server().gtidExecuted());
    } catch (IllegalArgumentException e) {
      return GtidSet.EMPTY; // another vendor's
    }
  }
}
