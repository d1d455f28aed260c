package dev.orchestrator.api.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.replication.StateVerdict;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StateMetricsTextTest {
  @Test
  void theOddMemberIsNamed() {
    TreeMap<String, List<String>> odd = new TreeMap<>();
    odd.put("node2:10008", List.of("downtime"));
    StateVerdict verdict = new StateVerdict(17, List.of("node1:10008", "node3:10008"), odd, false);
    assertThat(StateMetricsText.of(verdict).lines().filter(line -> !line.startsWith("#")))
        .containsExactly(
            "orchestrator_raft_state_check_index 17",
            "orchestrator_raft_state_diverged 1",
            "orchestrator_raft_state_odd{member=\"node2:10008\"} 1");
  }

  @Test
  void equalStatesAreNoDivergence() {
    StateVerdict verdict = new StateVerdict(17, List.of("a", "b"), new TreeMap<>(), false);
    assertThat(StateMetricsText.of(verdict))
        .contains("orchestrator_raft_state_diverged 0\n")
        .contains("# TYPE orchestrator_raft_state_odd gauge\n")
        .doesNotContain("{");
  }
}
