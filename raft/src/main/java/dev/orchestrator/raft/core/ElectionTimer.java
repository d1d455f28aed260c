package dev.orchestrator.raft.core;

import java.util.SplittableRandom;

/**
 * When this member gives up waiting for a leader (randomised, §5.2, §9.3), and until when it holds
 * on to the one it heard (thesis §4.2.3). All times on the node's clock. Confined to its node's
 * thread.
 */
final class ElectionTimer {
  /** Shortest wait before a pre-vote that a closed connection to the leader hurries. */
  private static final long HURRY_MIN_MILLIS = 20;

  private final RaftTimings timings;
  private final SplittableRandom random;

  private long deadlineMillis;

  /** Until then this node holds on to the leader it heard, and votes for nobody else. */
  private long leaseUntilMillis;

  /**
   * The timer of a node that has just started.
   *
   * @param hasPast whether it may have heard a leader before: what it implied then still holds
   */
  ElectionTimer(RaftTimings timings, boolean hasPast, long nowMillis, long seed) {
    this.timings = timings;
    this.random = new SplittableRandom(seed);
    this.leaseUntilMillis = hasPast ? nowMillis + timings.electionMinMillis() : nowMillis;
    reset(nowMillis);
  }

  /** A whole election timeout from now. */
  void reset(long nowMillis) {
    deadlineMillis =
        nowMillis + random.nextLong(timings.electionMinMillis(), timings.electionMaxMillis());
  }

  /** The leader was heard. */
  void heardLeader(long nowMillis) {
    leaseUntilMillis = nowMillis + timings.electionMinMillis();
    reset(nowMillis);
  }

  /** The connection to the leader closed: no lease, and not long to wait. */
  void lostLeader(long nowMillis) {
    leaseUntilMillis = nowMillis;
    // The draw keeps followers apart that see the same leader die at the same moment.
    long hurry = HURRY_MIN_MILLIS + random.nextLong(timings.heartbeatMillis());
    deadlineMillis = Math.min(deadlineMillis, nowMillis + hurry);
  }

  /** This process stood still: what the leader sent meanwhile is still to be read. */
  void stoodStill(long nowMillis) {
    deadlineMillis = Math.max(deadlineMillis, nowMillis + timings.heartbeatMillis());
  }

  /** A pre-vote harms nobody, so one that came to nothing is asked again soon. */
  void askAgainSoon(long nowMillis) {
    deadlineMillis =
        nowMillis + timings.heartbeatMillis() + random.nextLong(timings.heartbeatMillis());
  }

  boolean hasPassed(long nowMillis) {
    return nowMillis >= deadlineMillis;
  }

  boolean passesWithin(long nowMillis, long millis) {
    return deadlineMillis - nowMillis <= millis;
  }

  boolean holdsOnToLeader(long nowMillis) {
    return nowMillis < leaseUntilMillis;
  }
}
