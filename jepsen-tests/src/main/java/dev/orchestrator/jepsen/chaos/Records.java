package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.lab.NodeApi;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** What one node itself has on record. Stateless. */
final class Records {
  private static final Duration LIMIT = Duration.ofSeconds(3);

  private Records() {}

  /**
   * A recovery as far as nodes must agree on it.
   *
   * @param analysis what it is about, by its published name
   * @param evidence on whose word it was started
   * @param successor host:port, or :0
   * @param ended empty while it runs
   */
  record Entry(
      String uid,
      String analysis,
      String evidence,
      String successor,
      boolean successful,
      String ended,
      String loss) {
    /** Whether it has ended with a new primary in the place of a dead one. */
    boolean promoted() {
      return successful && !ended.isEmpty() && analysis.startsWith("DeadMaster");
    }

    /** Whether it only lets replicas connect anew to a primary that nobody reaches. */
    boolean asksReplicas() {
      return analysis.startsWith("UnreachableMaster");
    }
  }

  /** All recoveries, newest first; empty if the node does not answer. */
  static Optional<List<Entry>> recoveries(OrchestratorNode node) {
    return node.api()
        .getLocally("audit-recovery", LIMIT)
        .filter(NodeApi.Reply::isOk)
        .map(
            reply ->
                StreamSupport.stream(reply.body().spliterator(), false)
                    .map(Records::entry)
                    .toList());
  }

  private static Entry entry(JsonNode row) {
    return new Entry(
        row.path("UID").asString(""),
        row.path("AnalysisEntry").path("Analysis").asString(""),
        row.path("AnalysisEntry").path("Description").asString(""),
        key(row.path("SuccessorKey")),
        row.path("IsSuccessful").asBoolean(false),
        row.path("RecoveryEndTimestamp").asString(""),
        row.path("LossStatement").asString(""));
  }

  /** The steps of a recovery as text. */
  static String steps(OrchestratorNode node, String uid) {
    return node.api()
        .getLocally("audit-recovery-steps/" + uid, LIMIT)
        .map(reply -> reply.body().toString())
        .orElse("no answer");
  }

  /** Who the primary is by the record, as host:port and epoch. */
  static String primary(OrchestratorNode node, String hint) {
    return node.api()
        .getLocally("explain/" + hint, LIMIT)
        .map(
            reply -> {
              JsonNode body = reply.body();
              JsonNode details = body.has("Details") ? body.path("Details") : body;
              JsonNode record =
                  details.findPath("ServerUUID").isMissingNode() ? details : parent(details);
              return key(record.path("Key")) + " epoch " + record.path("Epoch").asInt(-1);
            })
        .orElse("no answer");
  }

  private static JsonNode parent(JsonNode details) {
    return details.findParent("ServerUUID");
  }

  static String key(JsonNode key) {
    return key.path("Hostname").asString("") + ":" + key.path("Port").asInt(0);
  }
}
