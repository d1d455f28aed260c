package dev.orchestrator.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.RaftTimings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whole groups in one thread; a failure names the seed that brings it back. */
class RaftSimulationTest {
  private static final int SEEDS = Integer.getInteger("raft.seeds", 3_000);
  private static final long FIRST_SEED = Long.getLong("raft.firstSeed", 1);

  /** Safety holds in every step of any storm; once it is over, a leader commits again. */
  @Test
  void survivesAnyStormAndThenMakesProgress() {
    Map<String, Long> happened = new TreeMap<>();
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      Storm.run(seed).counts().forEach((what, count) -> happened.merge(what, count, Long::sum));
    }
    // A storm in which nothing ever happens would prove nothing.
    Map<String, Double> leastPerSeed =
        Map.ofEntries(
            Map.entry("committed", 20.0),
            Map.entry("answered", 10.0),
            Map.entry("read", 10.0),
            Map.entry("handed over", 0.3),
            Map.entry("members changed", 0.2),
            Map.entry("wiped", 0.1),
            Map.entry("logs cut", 2.0),
            Map.entry("snapshots installed", 0.1),
            Map.entry("states lost", 0.2),
            Map.entry("states suspected", 0.3),
            Map.entry("disks full", 0.1),
            Map.entry("logs damaged", 0.01));
    leastPerSeed.forEach(
        (what, least) ->
            assertThat(happened.get(what)).as(what).isGreaterThan((long) (least * SEEDS) - 1));
  }

  /** Equal seeds give equal runs, event for event. */
  @Test
  void equalSeedsGiveEqualRuns() {
    Set<Long> hashes = new HashSet<>();
    for (long seed = 1; seed <= 100; seed++) {
      long hash = Storm.run(seed).traceHash();
      assertThat(Storm.run(seed).traceHash()).as("seed %d", seed).isEqualTo(hash);
      hashes.add(hash);
    }
    assertThat(hashes).hasSize(100);
  }

  /** Rule L3: killed leaders are replaced within a second at the median, by default timings. */
  @Test
  void closedConnectionsHurryTheElection() {
    List<Long> took = new ArrayList<>();
    for (long seed = 1; seed <= 101; seed++) {
      took.add(Simulate.failover(seed, true));
    }
    List<Long> sorted = took.stream().sorted().toList();
    assertThat(sorted.get(50)).isLessThan(300);
    assertThat(sorted.get(95)).isLessThan(1_000);
  }

  /** Rule L3: also if the machine dies and nobody is told, as by a power cut. */
  @Test
  void aSilentDeathIsNoticedByTheElectionTimeout() {
    List<Long> took = new ArrayList<>();
    for (long seed = 1; seed <= 101; seed++) {
      took.add(Simulate.failover(seed, false));
    }
    List<Long> sorted = took.stream().sorted().toList();
    assertThat(sorted.get(50)).isLessThan(1_300);
    assertThat(sorted.get(95)).isLessThan(2_000);
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
    assertThat(Simulate.electionsInAWideAreaHour(7)).isZero();
    assertThat(RaftTimings.DEFAULT.electionMinMillis()).isEqualTo(750);
  }
}
