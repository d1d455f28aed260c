package dev.orchestrator.probe.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisPolicy;
import dev.orchestrator.probe.analysis.Analyzer;
import dev.orchestrator.probe.discovery.VisitTrack;
import dev.orchestrator.probe.fleet.TestServer;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.ReplicaThreadState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Primary 1 with replicas 2 and 3; reaction time 1 s, two failed visits. Times in milliseconds. */
class LastingFailuresTest {
  private static final Analyzer ANALYZER =
      new Analyzer(
          new AnalysisPolicy(Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(10)));

  private final TestServer primary = TestServer.at(1);
  private final TestServer left = TestServer.at(2).below(primary);
  private final TestServer right = TestServer.at(3).below(primary);
  private Optional<TestServer> leaf = Optional.empty();
  private final Map<InstanceKey, VisitTrack> tracks = new HashMap<>();
  private final LastingFailures failures =
      new LastingFailures(new DetectionConfig(Duration.ofSeconds(1), Duration.ofSeconds(1), 2), 0);

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  private List<Analysis> judgeAt(long millis) {
    Topology topology =
        Topology.of(
            Stream.concat(Stream.of(primary, left, right), leaf.stream())
                .map(TestServer::build)
                .toList());
    List<Analysis> analyses =
        ANALYZER.analyze(topology, Map.of(), Map.of(), TestServer.SEEN.plusSeconds(61));
    return failures.judge(
        nanos(millis), topology, analyses, key -> tracks.getOrDefault(key, VisitTrack.NONE));
  }

  private boolean lastsAt(long millis) {
    return judgeAt(millis).stream().anyMatch(a -> a.instance().key().equals(primary.key()));
  }

  /** The primary is dead and its replicas say so. */
  private void die() {
    primary.dead();
    left.receiver(ReplicaThreadState.OTHER);
    right.receiver(ReplicaThreadState.OTHER);
  }

  private void visited(TestServer server, long millis, long failedSoFar) {
    tracks.put(
        server.key(),
        new VisitTrack(
            OptionalLong.empty(), OptionalLong.of(nanos(millis)), failedSoFar, (int) failedSoFar));
  }

  private void replicasVisited(long millis) {
    visited(left, millis, 0);
    visited(right, millis, 0);
  }

  @Test
  void lastsAfterReactionTimeWithEnoughFailedVisitsAndFreshWitnesses() {
    visited(primary, 90, 1);
    replicasVisited(90);
    die();
    assertThat(lastsAt(100)).isFalse();
    visited(primary, 600, 3);
    replicasVisited(600);
    assertThat(lastsAt(1_099)).as("reaction time not over").isFalse();
    assertThat(failures.pending(List.of())).isTrue();
    assertThat(lastsAt(1_100)).isTrue();
  }

  @Test
  void oneFailedVisitIsNotEnoughHoweverLongItIsAgo() {
    visited(primary, 90, 1);
    die();
    assertThat(lastsAt(100)).isFalse();
    visited(primary, 600, 2);
    replicasVisited(600);
    assertThat(lastsAt(60_000)).isFalse();
    visited(primary, 700, 3);
    assertThat(lastsAt(60_001)).isTrue();
  }

  @Test
  void visitsThatFailedWhileItWasOnlyUnreachableCountButTheReactionTimeBeginsAnew() {
    visited(primary, 90, 1);
    primary.dead();
    assertThat(lastsAt(100)).as("unreachable, its replicas are connected").isFalse();
    visited(primary, 3_000, 4);
    replicasVisited(3_000);
    assertThat(lastsAt(3_050)).isTrue();
    left.receiver(ReplicaThreadState.OTHER);
    right.receiver(ReplicaThreadState.OTHER);
    assertThat(lastsAt(3_100)).as("dead, as of now").isFalse();
    replicasVisited(3_200);
    assertThat(lastsAt(4_099)).isFalse();
    assertThat(lastsAt(4_100)).isTrue();
  }

  @Test
  void visitThatShowedThatItIsUnreachableCounts() {
    visited(primary, 90, 1);
    primary.dead();
    assertThat(lastsAt(100)).isFalse();
    visited(primary, 600, 2);
    replicasVisited(600);
    assertThat(lastsAt(1_099)).as("reaction time not over").isFalse();
    assertThat(lastsAt(1_100)).isTrue();
  }

  /** Rule A9. */
  @Test
  void visitBeforeLeadershipDoesNotCountAsTheOneThatShowedIt() {
    visited(primary, 90, 1);
    primary.dead();
    failures.restart(nanos(95));
    assertThat(lastsAt(100)).isFalse();
    visited(primary, 600, 2);
    replicasVisited(600);
    assertThat(lastsAt(2_000)).isFalse();
    visited(primary, 2_100, 3);
    assertThat(lastsAt(2_200)).isTrue();
  }

  @Test
  void hangingVisitCountsAsAFailedOne() {
    die();
    assertThat(lastsAt(100)).isFalse();
    replicasVisited(600);
    tracks.put(
        primary.key(),
        new VisitTrack(OptionalLong.of(nanos(1_500)), OptionalLong.of(nanos(1_400)), 1, 1));
    assertThat(lastsAt(2_499)).isFalse();
    assertThat(lastsAt(2_500)).isTrue();
  }

  @Test
  void restartWithinTheReactionTimeIsNoFailure() {
    die();
    assertThat(lastsAt(100)).isFalse();
    visited(primary, 600, 3);
    replicasVisited(600);
    TestServer back = TestServer.at(1);
    Topology healthy =
        Topology.of(
            Stream.of(back, TestServer.at(2).below(back), TestServer.at(3).below(back))
                .map(TestServer::build)
                .toList());
    List<Analysis> fine = ANALYZER.analyze(healthy, Map.of(), Map.of(), TestServer.SEEN);
    assertThat(failures.judge(nanos(900), healthy, fine, _ -> VisitTrack.NONE)).isEmpty();
    visited(primary, 1_200, 6);
    replicasVisited(1_200);
    assertThat(lastsAt(1_300)).as("the clock began anew").isFalse();
  }

  @Test
  void witnessesVisitedBeforeDoNotCount() {
    die();
    replicasVisited(50);
    assertThat(lastsAt(100)).isFalse();
    visited(primary, 600, 5);
    assertThat(lastsAt(5_000)).isFalse();
    visited(left, 4_000, 0);
    assertThat(lastsAt(5_001)).isFalse();
    visited(right, 4_000, 0);
    assertThat(lastsAt(5_002)).isTrue();
  }

  @Test
  void anotherKindOfFailureBeginsAnew() {
    primary.dead();
    assertThat(lastsAt(100)).isFalse();
    visited(primary, 500, 5);
    replicasVisited(500);
    die();
    assertThat(lastsAt(1_500)).as("unreachable until now, dead from now").isFalse();
    visited(primary, 2_000, 8);
    replicasVisited(2_000);
    assertThat(lastsAt(2_500)).isTrue();
  }

  @Test
  void replicaThatDiesTooDoesNotRestartTheClock() {
    die();
    assertThat(lastsAt(100)).isFalse();
    right.dead();
    visited(primary, 500, 5);
    replicasVisited(500);
    assertThat(lastsAt(1_100)).isTrue();
  }

  /** Rule A9. */
  @Test
  void nothingLastsUntilEveryMemberWasVisitedSinceLeadershipBegan() {
    die();
    visited(primary, 500, 5);
    replicasVisited(500);
    failures.restart(nanos(1_000));
    assertThat(lastsAt(1_000)).isFalse();
    visited(primary, 1_500, 9);
    assertThat(lastsAt(3_000)).isFalse();
    replicasVisited(1_500);
    assertThat(lastsAt(3_001)).isTrue();
    failures.restart(nanos(4_000));
    assertThat(lastsAt(4_000)).as("leadership came back").isFalse();
  }

  /** Rule A9 also speaks of members that are no witnesses. */
  @Test
  void nothingLastsUntilDistantMembersWereVisitedSinceLeadershipBegan() {
    TestServer distant = TestServer.at(4).below(left);
    leaf = Optional.of(distant);
    failures.restart(nanos(1_000));
    die();
    assertThat(lastsAt(1_100)).isFalse();
    visited(distant, 900, 0);
    visited(primary, 1_500, 5);
    replicasVisited(1_500);
    assertThat(lastsAt(3_000)).as("the distant one was seen before leadership only").isFalse();
    visited(distant, 1_000, 0);
    assertThat(lastsAt(3_001)).isTrue();
  }

  @Test
  void memberWhoseVisitHangsIsProvenUnreachable() {
    die();
    right.dead();
    assertThat(lastsAt(100)).isFalse();
    visited(primary, 500, 5);
    visited(left, 500, 0);
    tracks.put(
        right.key(), new VisitTrack(OptionalLong.of(nanos(600)), OptionalLong.empty(), 0, 0));
    assertThat(lastsAt(1_599)).isFalse();
    assertThat(lastsAt(1_600)).isTrue();
  }

  @Test
  void failureOfALivingPrimaryLastsByTimeAndAFreshVisit() {
    left.applier(ReplicaThreadState.STOPPED);
    right.applier(ReplicaThreadState.STOPPED);
    assertThat(lastsAt(100)).isFalse();
    replicasVisited(600);
    assertThat(lastsAt(1_200)).isFalse();
    visited(primary, 600, 0);
    assertThat(lastsAt(1_201)).isTrue();
  }
}
