package dev.orchestrator.probe.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.fleet.TestServer;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.ReplicaThreadState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Judgement of any fleet whatever, circles and dangling sources included. */
class AnalyzerPropertyTest {
  private static final Analyzer ANALYZER =
      new Analyzer(
          new AnalysisPolicy(Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(10)));

  private static List<Instance> fleet(Random random) {
    int size = 1 + random.nextInt(8);
    List<TestServer> servers = new ArrayList<>();
    for (int port = 1; port <= size; port++) {
      servers.add(TestServer.at(port));
    }
    List<Instance> fleet = new ArrayList<>();
    for (TestServer server : servers) {
      if (random.nextInt(4) > 0) {
        server.below(
            random.nextInt(10) == 0 ? TestServer.at(99) : servers.get(random.nextInt(size)));
      }
      if (random.nextInt(10) == 0) {
        server.coSource();
      }
      server.receiver(ReplicaThreadState.ofCode(random.nextInt(4) - 1));
      server.applier(ReplicaThreadState.ofCode(random.nextInt(4) - 1));
      server.lag(random.nextInt(30)).delay(random.nextInt(2) * 5L);
      server.semiSyncSource(random.nextBoolean(), random.nextInt(3), random.nextInt(3));
      server.readOnly(random.nextBoolean()).logs(random.nextBoolean(), random.nextBoolean());
      switch (random.nextInt(6)) {
        case 0 -> server.dead();
        case 1 -> server.deadPartially();
        case 2 -> server.visitBegan(Duration.ofMillis(random.nextInt(70_000)));
        case 3 -> server.neverVisited();
        case 4 -> server.failsToConnect();
        default -> server.version("");
      }
      fleet.add(server.build());
    }
    return fleet;
  }

  private static List<Analysis> judge(List<Instance> fleet) {
    Instant now = TestServer.SEEN.plusSeconds(61);
    return ANALYZER.analyze(
        Topology.of(fleet),
        Map.<dev.orchestrator.store.model.InstanceKey, Downtime>of(),
        Map.of(),
        now);
  }

  @Property(tries = 500)
  void judgesEverySourceAndEveryFailureOfAnyFleet(@ForAll long seed) {
    List<Instance> fleet = fleet(new Random(seed));
    List<Analysis> analyses = judge(fleet);
    Topology topology = Topology.of(fleet);
    for (Instance instance : fleet) {
      boolean listed = analyses.stream().anyMatch(a -> a.instance().equals(instance));
      if (!topology.replicasOf(instance.key()).isEmpty()) {
        assertThat(listed).isTrue();
      }
    }
    assertThat(analyses)
        .allMatch(a -> (a.code() == AnalysisCode.NO_PROBLEM) == a.description().isEmpty());
  }

  @Property(tries = 300)
  void doesNotDependOnOrder(@ForAll long seed) {
    List<Instance> fleet = fleet(new Random(seed));
    List<Instance> shuffled = new ArrayList<>(fleet);
    Collections.shuffle(shuffled, new Random(seed + 1));
    assertThat(judge(shuffled)).isEqualTo(judge(fleet)).isEqualTo(judge(fleet));
  }

  /** The sentence that failovers hang on. */
  @Property(tries = 500)
  void primaryIsNeverDeadWhileAReachableReplicaIsConnectedToIt(@ForAll long seed) {
    for (Analysis analysis : judge(fleet(new Random(seed)))) {
      boolean witness =
          analysis.replicas().stream()
              .anyMatch(
                  replica ->
                      replica.check().lastCheckValid()
                          && replica.replication().receiver() == ReplicaThreadState.RUNNING);
      boolean dead =
          analysis.code() == AnalysisCode.DEAD_PRIMARY
              || analysis.code() == AnalysisCode.DEAD_PRIMARY_AND_SOME_REPLICAS;
      assertThat(dead && (witness || analysis.lastCheckValid())).isFalse();
    }
  }
}
