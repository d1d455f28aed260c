package dev.orchestrator.probe.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.fleet.TestServer;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.ServerFacts;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrantTransactionsTest {
  private static final String OLD = "00000000-0000-0000-0000-000000000009";

  private static String uuid(int port) {
    return "00000000-0000-0000-0000-00000000000" + port;
  }

  private static Instance server(int port, String executed) {
    Instance plain = TestServer.at(port).build();
    ServerFacts facts =
        new ServerFacts(
            uuid(port),
            port,
            "8.0.33",
            "",
            1,
            false,
            false,
            "ROW",
            "FULL",
            true,
            true,
            plain.server().selfCoordinates(),
            "ON",
            executed,
            "",
            "");
    return new Instance(
        plain.key(),
        facts,
        plain.replication(),
        plain.semiSync(),
        plain.replicas(),
        plain.placement(),
        plain.check());
  }

  @Test
  void newerTransactionsOfTheSourceAreNotErrant() {
    Instance source = server(1, uuid(1) + ":1-10," + OLD + ":1-5");
    Instance replica = server(2, uuid(1) + ":1-12," + OLD + ":1-5");
    assertThat(ErrantTransactions.of(replica, List.of(source))).isEmpty();
  }

  @Test
  void ownWritesAndForeignOnesThatTheSourceLacksAreErrant() {
    Instance source = server(1, uuid(1) + ":1-10," + OLD + ":1-5");
    Instance replica = server(2, uuid(1) + ":1-12," + uuid(2) + ":1," + OLD + ":1-6");
    assertThat(ErrantTransactions.of(replica, List.of(source)))
        .isEqualTo(uuid(2) + ":1," + OLD + ":6");
  }

  @Test
  void whatAnyAncestorWritesIsNotErrant() {
    Instance root = server(1, uuid(1) + ":1-10");
    Instance middle = server(2, uuid(1) + ":1-9," + uuid(2) + ":1");
    Instance leaf = server(3, uuid(1) + ":1-12," + uuid(2) + ":1-2");
    assertThat(ErrantTransactions.of(leaf, List.of(middle, root))).isEmpty();
  }

  @Test
  void nothingIsSaidWithoutASourceOrSets() {
    Instance replica = server(2, uuid(2) + ":1");
    assertThat(ErrantTransactions.of(replica, List.of())).isEmpty();
    assertThat(ErrantTransactions.of(replica, List.of(server(1, "")))).isEmpty();
    assertThat(ErrantTransactions.of(server(2, "0-1-100"), List.of(server(1, "0-1-99")))).isEmpty();
  }
}
