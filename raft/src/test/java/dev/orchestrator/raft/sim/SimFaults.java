package dev.orchestrator.raft.sim;

import java.util.SplittableRandom;

/**
 * What goes wrong in one run. Each kind is on or off and its strength drawn, so that every run has
 * its own mix.
 *
 * @param lossRate share of messages lost
 * @param duplicateRate share of messages delivered twice
 * @param minDelayMillis messages take at least this
 * @param maxDelayMillis messages take up to this, in any order
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
 * @param compactEveryMillis mean time between cuts of a member's log, 0 for never
 * @param stateLossEveryMillis mean time between losses of a state alone: emptied, replaced by
 *     another member's, or by an older one; 0 for never
 * @param powerCutRate share of crashes after which the state is as it was when it was last synced,
 *     or later
 * @param snapshotFailRate share of snapshots that are damaged, or that cannot be installed
 * @param diskFullEveryMillis mean time between disks that fill up: the next write fails, 0 for
 *     never
 * @param flipEveryMillis mean time between flipped bits in a log; 0 for never
 * @param jumpEveryMillis mean time between jumps of a clock by up to 3 s either way; 0 for never
 * @param refetchEveryMillis mean time between followers that fetch the state anew; 0 for never
 */
public record SimFaults(
    double lossRate,
    double duplicateRate,
    int minDelayMillis,
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
    int wipeEveryMillis,
    int compactEveryMillis,
    int stateLossEveryMillis,
    double powerCutRate,
    double snapshotFailRate,
    int diskFullEveryMillis,
    int flipEveryMillis,
    int jumpEveryMillis,
    int refetchEveryMillis) {
  /** Nothing goes wrong. */
  public static final SimFaults NONE =
      new SimFaults(0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Nothing goes wrong but that logs are cut. */
  public static final SimFaults COMPACTING =
      new SimFaults(0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0);

  /** Nothing goes wrong, and nobody notices by a closed connection who dies. */
  public static final SimFaults SILENT =
      new SimFaults(0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Round trips of 150 ms, 120 to 180, and 2 % loss. */
  public static final SimFaults WIDE_AREA =
      new SimFaults(0.02, 0, 60, 90, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** A mix of faults. */
  public static SimFaults draw(SplittableRandom random) {
    return new SimFaults(
        random.nextBoolean() ? random.nextDouble() * 0.3 : 0,
        random.nextBoolean() ? random.nextDouble() * 0.2 : 0,
        0,
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
        random.nextInt(3) == 0 ? 500 + random.nextInt(4_000) : 0,
        random.nextInt(3) > 0 ? 50 + random.nextInt(1_000) : 0,
        random.nextInt(3) == 0 ? 300 + random.nextInt(3_000) : 0,
        random.nextBoolean() ? random.nextDouble() : 0,
        random.nextBoolean() ? random.nextDouble() * 0.3 : 0,
        random.nextInt(4) == 0 ? 1_000 + random.nextInt(4_000) : 0,
        random.nextInt(4) == 0 ? 1_000 + random.nextInt(4_000) : 0,
        random.nextInt(4) == 0 ? 500 + random.nextInt(4_000) : 0,
        random.nextInt(3) == 0 ? 300 + random.nextInt(3_000) : 0);
  }

  /** Whether nothing closes connections and no clock jumps: else leader-check promises less. */
  public boolean sparesLeases() {
    return peerLostRate == 0 && closeEveryMillis == 0 && jumpEveryMillis == 0;
  }
}
