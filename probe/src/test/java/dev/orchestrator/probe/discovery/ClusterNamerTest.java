package dev.orchestrator.probe.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.fleet.TestServer;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.Placement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClusterNamerTest {
  private static List<String> place(TestServer... servers) {
    return ClusterNamer.place(Stream.of(servers).map(TestServer::build).toList()).stream()
        .map(ClusterNamerTest::line)
        .toList();
  }

  private static String line(Instance instance) {
    Placement placement = instance.placement();
    return "%d in %s depth %d%s"
        .formatted(
            instance.key().port(),
            placement.clusterName(),
            placement.depth(),
            placement.coSource() ? " pair" : "");
  }

  @Test
  void clusterIsNamedByItsRootAtAnyDepth() {
    TestServer root = TestServer.at(9);
    TestServer middle = TestServer.at(1).below(root);
    assertThat(place(TestServer.at(3).below(middle), middle, root))
        .containsExactly("1 in db:9 depth 1", "3 in db:9 depth 2", "9 in db:9 depth 0");
  }

  @Test
  void replicaOfAnUnknownSourceIsARoot() {
    assertThat(place(TestServer.at(3).below(TestServer.at(7))))
        .containsExactly("3 in db:3 depth 0");
  }

  @Test
  void pairIsNamedByTheSmallerAddressWithItsReplicasBelow() {
    TestServer left = TestServer.at(5);
    TestServer right = TestServer.at(4).below(left);
    left.below(right);
    assertThat(place(left, right, TestServer.at(1).below(left)))
        .containsExactly("1 in db:4 depth 2", "4 in db:4 depth 0 pair", "5 in db:4 depth 1 pair");
  }

  @Test
  void circleOfThreeHasOneNameAndGrowingDepths() {
    TestServer one = TestServer.at(1);
    TestServer two = TestServer.at(2).below(one);
    TestServer three = TestServer.at(3).below(two);
    one.below(three);
    assertThat(place(one, two, three, TestServer.at(4).below(three)))
        .containsExactly(
            "1 in db:1 depth 0", "2 in db:1 depth 1", "3 in db:1 depth 2", "4 in db:1 depth 3");
  }

  @Test
  void serverThatFollowsItselfIsARootAndNoPair() {
    TestServer odd = TestServer.at(1);
    odd.below(odd);
    assertThat(place(odd)).containsExactly("1 in db:1 depth 0");
  }

  @Test
  void aliasOfTheRootIsInherited() {
    TestServer root = TestServer.at(1);
    Instance aliased =
        root.build().withPlacement(new Placement("x", "main", 0, false, "dc1", "", "", ""));
    Instance replica = TestServer.at(2).below(root).build();
    assertThat(ClusterNamer.place(List.of(replica, aliased)))
        .extracting(instance -> instance.placement().suggestedAlias())
        .containsExactly("main", "main");
  }

  @Test
  void longChainsNeedNoDeepStack() {
    TestServer[] chain = new TestServer[20_000];
    for (int port = 1; port <= chain.length; port++) {
      chain[port - 1] = TestServer.at(port);
    }
    for (int at = 0; at < chain.length - 1; at++) {
      chain[at].below(chain[at + 1]);
    }
    assertThat(place(chain).getFirst()).isEqualTo("1 in db:20000 depth 19999");
  }
}
