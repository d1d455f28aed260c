package dev.orchestrator.api.legacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.Placement;
import dev.orchestrator.store.model.ReplicationFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopologyTextTest {
  @Test
  void treeWithBracketsByteForByte() {
    assertThat(TopologyText.of(Sample.cluster(false)))
        .isEqualTo(
            """
            testhost:22293     [unknown,unchecked,5.6.28-log,rw,STATEMENT,>>]
            - testhost:22294   [unknown,unchecked,5.6.28-log,rw,STATEMENT,>>]
              - testhost:22295 [unknown,unchecked,5.6.28-log,rw,STATEMENT,>>]
            - testhost:22296   [unknown,unchecked,5.6.28,rw,nobinlog]""");
  }

  @Test
  void treeInColumnsByteForByte() {
    String expected =
        """
        testhost:22293    |unknown|unchecked|5.6.28-log|rw|STATEMENT|>>
        + testhost:22294  |     7s|ok       |5.6.28-log|rw|STATEMENT|>>
          - testhost:22295|unknown|unchecked|5.6.28-log|rw|STATEMENT|>>
        - testhost:22296  |unknown|unchecked|5.6.28    |rw|nobinlog |#"""
            .replace("#", "  ");
    assertThat(TopologyText.tabulated(Sample.cluster(true))).isEqualTo(expected);
  }

  @Test
  void primaryWithoutLagSaysZeroAndDowntimeShows() {
    Instance primary =
        Sample.instance(22293, Sample.server("8.0.36", true), ReplicationFacts.NONE, 0, Sample.NOW);
    Downtime downtime =
        new Downtime(primary.key(), "me", "why", Sample.NOW, Sample.NOW.plusSeconds(1));
    assertThat(
            TopologyText.of(
                List.of(
                    new InstanceView(primary, Optional.of(downtime), Sample.LIMITS, Sample.NOW))))
        .isEqualTo("testhost:22293 [0s,ok,8.0.36,rw,STATEMENT,>>,downtimed]");
  }

  @Test
  void lagAboveTheLimitAndStoppedThreadsShow() {
    List<InstanceView> cluster = new ArrayList<>();
    cluster.add(Sample.cluster(false).getFirst());
    cluster.add(
        Sample.view(
            Sample.instance(
                22294,
                Sample.server("8.0.36", false),
                Sample.replication(22293, 21),
                1,
                Sample.NOW)));
    assertThat(TopologyText.of(cluster)).contains("+ testhost:22294 [21s,lag,8.0.36,rw,nobinlog]");
  }

  @Test
  void circleOfTwoDrawsBothAndEnds() {
    List<InstanceView> pair =
        List.of(coSource(1, 2), coSource(2, 1), Sample.view(replicaOf(3, 1))).stream().toList();
    assertThat(TopologyText.of(pair).lines().map(line -> line.split(" \\[")[0].stripTrailing()))
        .containsExactly("+ testhost:1", "  + testhost:3", "+ testhost:2");
  }

  private static Instance replicaOf(int port, int source) {
    return Sample.instance(
        port, Sample.server("8.0.36", true), Sample.replication(source, 0), 1, Sample.NOW);
  }

  private static InstanceView coSource(int port, int other) {
    return Sample.view(
        replicaOf(port, other)
            .withPlacement(new Placement("testhost:1", "", 0, true, "", "", "", "")));
  }

  @Test
  void emptyClusterIsEmptyText() {
    assertThat(TopologyText.of(List.of())).isEmpty();
    assertThat(TopologyText.tabulated(List.of())).isEmpty();
  }
}
