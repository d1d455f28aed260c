package dev.orchestrator.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.RaftTimings;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whole groups in one thread; a failure names the seed that brings it back. */
class RaftSimulationTest {
  private static final int SEEDS = Integer.getInteger("raft.seeds", 3_000);
  private static final long FIRST_SEED = Long.getLong("raft.firstSeed", 1);

  /** Safety holds in every step of any storm; once it is over, a leader commits again. */
  @Test
  void survivesAnyStormAndThenMakesProgress() {
    long committed = 0;
    long answered = 0;
    long read = 0;
    long transfers = 0;
    long changes = 0;
    long wipes = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      SimCluster cluster = storm(seed);
      committed += cluster.committed();
      answered += cluster.answered();
      read += cluster.read();
      transfers += cluster.transfers();
      changes += cluster.changes();
      wipes += cluster.wipes();
    }
    // A storm in which nothing is ever committed would prove nothing.
    assertThat(committed).isGreaterThan(20L * SEEDS);
    assertThat(answered).isGreaterThan(10L * SEEDS);
    assertThat(read).isGreaterThan(10L * SEEDS);
    assertThat(transfers).isGreaterThan(SEEDS / 2);
    assertThat(changes).isGreaterThan(SEEDS / 4);
    assertThat(wipes).isGreaterThan(SEEDS / 10);
  }

  @Test
  void equalSeedsGiveEqualRuns() {
    for (long seed = 1; seed <= 10; seed++) {
      assertThat(storm(seed).traceHash()).isEqualTo(storm(seed).traceHash());
    }
    assertThat(storm(1).traceHash()).isNotEqualTo(storm(2).traceHash());
  }

  /** Rule L3: killed leaders are replaced within a second at the median, by default timings. */
  @Test
  void closedConnectionsHurryTheElection() {
    List<Long> took = new ArrayList<>();
    for (long seed = 1; seed <= 101; seed++) {
      SimCluster cluster = SimCluster.with(seed, 3, SimFaults.NONE);
      assertThat(cluster.makesProgress(10_000)).isTrue();
      cluster.killLeader();
      int before = cluster.elections();
      long millis = 0;
      while (cluster.elections() == before) {
        cluster.runMillis(1);
        millis++;
        assertThat(millis).as("seed %d", seed).isLessThan(10_000);
      }
      took.add(millis);
    }
    List<Long> sorted = took.stream().sorted().toList();
    assertThat(sorted.get(50)).isLessThan(300);
    assertThat(sorted.get(95)).isLessThan(1_000);
  }

  /** Thesis §3.10: a leader that hands over is replaced within a few round trips, not timeouts. */
  @Test
  void transferNeedsNoTimeout() {
    for (long seed = 1; seed <= 101; seed++) {
      SimCluster cluster = SimCluster.with(seed, 3 + (int) (seed % 3), SimFaults.NONE);
      assertThat(cluster.makesProgress(10_000)).isTrue();
      int before = cluster.elections();
      cluster.transferLeadership();
      cluster.runMillis(50);
      assertThat(cluster.elections()).as("seed %d", seed).isEqualTo(before + 1);
      assertThat(cluster.makesProgress(1_000)).as("seed %d", seed).isTrue();
    }
  }

  /** Rule I5: a member that lost its disk is a voter again, without being asked for. */
  @Test
  void aWipedMemberIsSwappedIn() {
    for (long seed = 1; seed <= 51; seed++) {
      SimCluster cluster = SimCluster.with(seed, 3, SimFaults.NONE);
      assertThat(cluster.makesProgress(10_000)).isTrue();
      cluster.wipe(seed % 3);
      assertThat(cluster.makesProgress(10_000)).as("seed %d", seed).isTrue();
      cluster.runMillis(2_000);
      assertThat(cluster.allAreVoters()).as("seed %d", seed).isTrue();
      cluster.killLeader(); // two are left, one of them the new one
      assertThat(cluster.makesProgressWithoutTheDead(10_000)).as("seed %d", seed).isTrue();
    }
  }

  /** Rule I5: what two of three have lost nobody may guess. */
  @Test
  void twoOfThreeWipedNeverFormAGroupByThemselves() {
    for (long seed = 1; seed <= 51; seed++) {
      SimCluster cluster = SimCluster.with(seed, 3, SimFaults.NONE);
      assertThat(cluster.makesProgress(10_000)).isTrue();
      cluster.wipe(seed % 3);
      cluster.wipe((seed + 1) % 3);
      long committed = cluster.committed();
      assertThat(cluster.makesProgress(30_000)).as("seed %d", seed).isFalse();
      assertThat(cluster.committed()).as("seed %d", seed).isEqualTo(committed);
    }
  }

  /** Rule L3: 150 ms round trips, 2 % loss and stalls of 500 ms, for an hour, without election. */
  @Test
  void wideAreaHourNeedsNoElection() {
    SimFaults wide = new SimFaults(0.02, 0, 75, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0);
    SimCluster cluster = SimCluster.with(7, 3, wide);
    assertThat(cluster.makesProgress(20_000)).isTrue();
    int before = cluster.elections();
    for (int second = 0; second < 3_600; second++) {
      if (second % 10 == 0) {
        cluster.pauseRandom(500);
      }
      cluster.proposeToLeaders();
      cluster.runMillis(1_000);
    }
    assertThat(cluster.elections()).isEqualTo(before);
    assertThat(RaftTimings.DEFAULT.electionMinMillis()).isEqualTo(750);
  }

  private static SimCluster storm(long seed) {
    SplittableRandom random = new SplittableRandom(~seed);
    SimCluster cluster = SimCluster.stormy(seed, 1 + random.nextInt(5));
    try {
      for (int round = 0; round < 80; round++) {
        cluster.proposeToLeaders();
        cluster.readFromLeaders();
        cluster.runMillis(random.nextInt(200));
      }
      cluster.heal();
      Violation.unless(cluster.makesProgress(40_000), "no progress after the storm");
      return cluster;
    } catch (Violation | IllegalStateException | IndexOutOfBoundsException e) {
      throw new AssertionError(
          "seed " + seed + ": " + e.getMessage() + "\n" + cluster.describe(), e);
    }
  }
}
