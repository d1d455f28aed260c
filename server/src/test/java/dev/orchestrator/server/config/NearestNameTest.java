package dev.orchestrator.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
  @ParameterizedTest
  @CsvSource({
    "RaftNode, RaftNodes",
    "raftnodes, RaftNodes",
    "RatfNodes, RaftNodes",
    "RaftNoodles, RaftNodes",
    "RaftMembers, ''",
    "Dbug, Debug",
    "#, ''"
  })
  void findsWhatWasMeant(String written, String meant) {
    assertThat(NearestName.of(written, List.of("RaftNodes", "RaftBind", "Debug")).orElse(""))
        .isEqualTo(meant);
  }
}
