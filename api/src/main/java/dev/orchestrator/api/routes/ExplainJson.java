package dev.orchestrator.api.routes;

import dev.orchestrator.api.legacy.LegacyKeyJson;
import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.observer.Verdict;
import dev.orchestrator.probe.recovery.Advice;
import dev.orchestrator.probe.recovery.Explanation;
import dev.orchestrator.probe.recovery.Question;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Explanations and dry runs as JSON: what is seen, what follows from it, what would be done. */
final class ExplainJson {
  private ExplainJson() {}

  static Map<String, @Nullable Object> of(Explanation explanation) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("Cluster", explanation.clusterName());
    Map<String, @Nullable Object> seen = new LinkedHashMap<>();
    seen.put("AgreedPrimary", explanation.record().map(ExplainJson::of).orElse(null));
    seen.put("Servers", explanation.members().stream().map(ExplainJson::of).toList());
    fields.put("Seen", seen);
    Optional<Analysis> judgement = explanation.judgement();
    Map<String, @Nullable Object> concluded = new LinkedHashMap<>();
    concluded.put("Analysis", judgement.map(a -> a.code().publishedName()).orElse("not judged"));
    concluded.put("Description", judgement.map(Analysis::description).orElse(""));
    explanation.verdict().ifPresent(verdict -> concluded.put("Agreement", of(verdict)));
    fields.put("Concluded", concluded);
    Map<String, @Nullable Object> quarantined = new TreeMap<>();
    explanation.quarantined().forEach((key, why) -> quarantined.put(key.toString(), why));
    fields.put("Quarantined", quarantined);
    Map<String, @Nullable Object> recovery = new LinkedHashMap<>();
    recovery.put("Starts", explanation.reasons().isEmpty());
    recovery.put("WhyNot", explanation.reasons());
    fields.put("AutomaticRecovery", recovery);
    fields.put("Plan", of(explanation.plan()));
    fields.put("Question", explanation.question().map(ExplainJson::of).orElse(null));
    return fields;
  }

  private static Map<String, @Nullable Object> of(Question question) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("RecoveryUID", question.recoveryUid());
    fields.put("Text", question.text());
    fields.put(
        "Answers",
        question.answers().stream()
            .map(answer -> Map.of("Path", answer.path(), "Meaning", answer.meaning()))
            .toList());
    return fields;
  }

  private static Map<String, @Nullable Object> of(Verdict verdict) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("Agreed", verdict.agreed());
    fields.put("Degraded", verdict.degraded());
    fields.put("Summary", verdict.summary());
    fields.put("Votes", verdict.votes());
    return fields;
  }

  static Map<String, @Nullable Object> of(Advice advice) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("Possible", advice.allowed());
    fields.put("Reasons", advice.reasons());
    fields.put("Primary", advice.primary().map(LegacyKeyJson::of).orElse(null));
    fields.put("SuccessorKey", advice.successor().map(LegacyKeyJson::of).orElse(null));
    fields.put("Choice", advice.choice());
    fields.put("Steps", advice.steps().stream().map(ExplainJson::of).toList());
    return fields;
  }

  private static Map<String, @Nullable Object> of(Advice.Step step) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("Kind", step.kind());
    fields.put("Target", step.target().isReal() ? step.target().toString() : "");
    fields.put("Why", step.why());
    return fields;
  }

  private static Map<String, @Nullable Object> of(ClusterRecord record) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("Key", LegacyKeyJson.of(record.primaryKey()));
    fields.put("ServerUUID", record.primaryUuid());
    fields.put("Epoch", record.epoch());
    fields.put("ClusterId", record.clusterId());
    return fields;
  }

  private static Map<String, @Nullable Object> of(Instance server) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("Key", LegacyKeyJson.of(server.key()));
    fields.put("LastCheckValid", server.check().lastCheckValid());
    fields.put("LastSeen", server.check().seenAt().toString());
    fields.put("Error", server.check().error());
    fields.put("ReadOnly", server.server().readOnly());
    fields.put(
        "Source", server.isReplica() ? LegacyKeyJson.of(server.replication().source()) : null);
    fields.put("Replicating", server.replication().running());
    OptionalLong lag = server.replication().lagSeconds();
    fields.put("LagSeconds", lag.isPresent() ? lag.getAsLong() : null);
    fields.put("ReplicationErrors", errors(server));
    return fields;
  }

  private static List<String> errors(Instance server) {
    return List.of(
            server.replication().lastReceiverError(), server.replication().lastApplierError())
        .stream()
        .filter(error -> !error.isEmpty())
        .toList();
  }
}
