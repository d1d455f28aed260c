package dev.orchestrator.raft.sim;

import java.util.SplittableRandom;

/** One run of a whole group, all of it drawn from one seed: faults for a while, then none. */
final class Storm {
  private static final int ROUNDS = 80;
  private static final int MAX_ROUND_MILLIS = 200;
  private static final int HEALED_MILLIS = 40_000;

  private Storm() {}

  /**
   * Runs it.
   *
   * @return the group as it is at the end, in progress again
   * @throws AssertionError something did not hold; names the seed
   */
  static SimCluster run(long seed) {
    SplittableRandom random = new SplittableRandom(~seed);
    SimCluster cluster = SimCluster.stormy(seed, 1 + random.nextInt(5));
    try {
      for (int round = 0; round < ROUNDS; round++) {
        cluster.proposeToLeaders();
        cluster.readFromLeaders();
        cluster.runMillis(random.nextInt(MAX_ROUND_MILLIS));
      }
      cluster.heal();
      Violation.unless(cluster.makesProgress(HEALED_MILLIS), "no progress after the storm");
      return cluster;
    } catch (Violation | IllegalStateException | IndexOutOfBoundsException e) {
      throw new AssertionError(
          "seed " + seed + ": " + e.getMessage() + "\n" + cluster.describe(), e);
    }
  }
}
