package dev.orchestrator.raft.sim;

import java.util.SplittableRandom;

/**
 * What goes wrong in one run. Each kind is on or off and its strength drawn, so that every run has
 * its own mix.
 *
 * @param lossRate share of messages lost
 * @param duplicateRate share of messages delivered twice
 * @param maxDelayMillis messages take from 0 to this, in any order
 * @param longDelayRate share of messages that take up to 2 s
 * @param partitionEveryMillis mean time between changes of the cut links, 0 for never
 * @param crashEveryMillis mean time between crashes, 0 for never
 * @param crashOnVoteRate share of hard state writes that are followed by a crash within 8 ms
 * @param maxSyncMillis a sync takes from 0 to this
 * @param slowSyncRate share of syncs that take up to 1.5 s
 * @param pauseEveryMillis mean time between pauses of a process of up to 1.5 s, 0 for never
 * @param clockDrift largest deviation of a clock's rate from 1
 * @param peerLostRate share of crashes that others notice by a closed connection
 * @param closeEveryMillis mean time between connections closed without a crash, 0 for never
 * @param transferEveryMillis mean time between transfers of leadership, 0 for never
 * @param changeEveryMillis mean time between removals and additions of members, 0 for never
 * @param wipeEveryMillis mean time between losses of a whole disk, 0 for never; only while the
 *     group can bear it: all voters are whole, at least three, and no change is on the way
 */
public record SimFaults(
    double lossRate,
    double duplicateRate,
    int maxDelayMillis,
    double longDelayRate,
    int partitionEveryMillis,
    int crashEveryMillis,
    double crashOnVoteRate,
    int maxSyncMillis,
    double slowSyncRate,
    int pauseEveryMillis,
    double clockDrift,
    double peerLostRate,
    int closeEveryMillis,
    int transferEveryMillis,
    int changeEveryMillis,
    int wipeEveryMillis) {
  /** Nothing goes wrong. */
  public static final SimFaults NONE =
      new SimFaults(0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0);

  /** A mix of faults. */
  public static SimFaults draw(SplittableRandom random) {
    return new SimFaults(
        random.nextBoolean() ? random.nextDouble() * 0.3 : 0,
        random.nextBoolean() ? random.nextDouble() * 0.2 : 0,
        1 + random.nextInt(random.nextBoolean() ? 150 : 10),
        random.nextBoolean() ? random.nextDouble() * 0.05 : 0,
        random.nextBoolean() ? 200 + random.nextInt(2_000) : 0,
        random.nextBoolean() ? 200 + random.nextInt(2_000) : 0,
        random.nextBoolean() ? random.nextDouble() * 0.7 : 0,
        1 + random.nextInt(random.nextBoolean() ? 60 : 3),
        random.nextBoolean() ? random.nextDouble() * 0.05 : 0,
        random.nextBoolean() ? 500 + random.nextInt(2_000) : 0,
        random.nextBoolean() ? random.nextDouble() * 0.04 : 0,
        random.nextBoolean() ? random.nextDouble() : 0,
        random.nextBoolean() ? 300 + random.nextInt(2_000) : 0,
        random.nextInt(3) == 0 ? 200 + random.nextInt(2_000) : 0,
        random.nextInt(3) == 0 ? 300 + random.nextInt(2_000) : 0,
        random.nextInt(3) == 0 ? 500 + random.nextInt(4_000) : 0);
  }

  /** Whether anything closes connections: then leader-check promises less. */
  public boolean closesConnections() {
    return peerLostRate > 0 || closeEveryMillis > 0;
  }
}
