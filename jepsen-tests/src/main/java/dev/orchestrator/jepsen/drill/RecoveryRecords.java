package dev.orchestrator.jepsen.drill;

import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.NodeApi;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** What a node has on record about failures and recoveries of one server. Stateless. */
final class RecoveryRecords {
  private static final Duration CALL_LIMIT = Duration.ofSeconds(2);

  private RecoveryRecords() {}

  /**
   * A recovery as far as the nodes have to agree on it.
   *
   * @param successor host:port, or :0 while there is none
   * @param ended when, as text; empty while it runs
   */
  record Recovery(String uid, String successor, boolean successful, String ended) {
    boolean hasEnded() {
      return !ended.isEmpty();
    }
  }

  /** The kind of analysis of the newest detection of a server's failure, asked of the leader. */
  static Optional<String> detection(OrchestratorNode node, MySqlMember failed) {
    return rows(node.api().get("audit-failure-detection", CALL_LIMIT), failed)
        .findFirst()
        .map(row -> row.path("AnalysisEntry").path("Analysis").asString(""));
  }

  /** The newest recovery of a server, asked of the leader. */
  static Optional<Recovery> recovery(OrchestratorNode node, MySqlMember failed) {
    return rows(node.api().get("audit-recovery", CALL_LIMIT), failed)
        .findFirst()
        .map(RecoveryRecords::recovery);
  }

  /** All recoveries of a server that this very node has on record. */
  static List<Recovery> ownRecoveries(OrchestratorNode node, MySqlMember failed) {
    return rows(node.api().getLocally("audit-recovery", CALL_LIMIT), failed)
        .map(RecoveryRecords::recovery)
        .toList();
  }

  private static java.util.stream.Stream<JsonNode> rows(
      Optional<NodeApi.Reply> reply, MySqlMember failed) {
    return reply.filter(NodeApi.Reply::isOk).stream()
        .flatMap(ok -> StreamSupport.stream(ok.body().spliterator(), false))
        .filter(
            row -> key(row.path("AnalysisEntry").path("AnalyzedInstanceKey")).equals(failed.key()));
  }

  private static Recovery recovery(JsonNode row) {
    return new Recovery(
        row.path("UID").asString(""),
        key(row.path("SuccessorKey")),
        row.path("IsSuccessful").asBoolean(false),
        row.path("RecoveryEndTimestamp").asString(""));
  }

  private static String key(JsonNode key) {
    return key.path("Hostname").asString("") + ":" + key.path("Port").asInt(0);
  }
}
