package dev.orchestrator.probe.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.analysis.AnalysisPolicy;
import dev.orchestrator.probe.analysis.Analyzer;
import dev.orchestrator.probe.discovery.VisitTrack;
import dev.orchestrator.probe.fleet.TestServer;
import dev.orchestrator.probe.topology.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SuspectVisitsTest {
  private final SuspectVisits suspects = new SuspectVisits();
  private final TestServer primary = TestServer.at(1);
  private final TestServer replica = TestServer.at(2).below(primary);
  private final TestServer leaf = TestServer.at(3).below(replica);

  private List<Integer> wantedAt(long millis) {
    Topology topology =
        Topology.of(Stream.of(primary, replica, leaf).map(TestServer::build).toList());
    Analyzer analyzer =
        new Analyzer(
            new AnalysisPolicy(
                Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(10)));
    return suspects
        .wanted(
            Duration.ofMillis(millis).toNanos(),
            topology,
            analyzer.analyze(topology, Map.of(), Map.of(), TestServer.SEEN.plusSeconds(61)),
            _ -> VisitTrack.NONE)
        .stream()
        .map(key -> key.port())
        .toList();
  }

  @Test
  void healthyFleetHasNoSuspects() {
    assertThat(wantedAt(0)).isEmpty();
  }

  @Test
  void failingPrimaryItsReplicasAndUnvisitedMembersAreSeenAgainEachSecond() {
    primary.dead();
    assertThat(wantedAt(0)).containsExactly(1, 2, 3);
    assertThat(wantedAt(999)).isEmpty();
    assertThat(wantedAt(1_000)).containsExactly(1, 2, 3);
  }

  @Test
  void replicaThatCannotConnectPutsItsSourceUnderSuspicion() {
    replica.failsToConnect();
    assertThat(wantedAt(0)).contains(1);
  }
}
