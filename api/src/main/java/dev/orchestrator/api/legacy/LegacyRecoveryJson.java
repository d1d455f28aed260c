package dev.orchestrator.api.legacy;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.store.model.FailureDetection;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The published form of recoveries, their steps, detections and their configuration. */
public final class LegacyRecoveryJson {
  private LegacyRecoveryJson() {}

  /** Which clusters and hosts automatic recoveries are for. */
  public static Map<String, @Nullable Object> filters(ApiConfig.Fleet fleet) {
    return new Fields()
        .set("RecoverMasterClusterFilters", fleet.recoverPrimaryFilters())
        .set("RecoverIntermediateMasterClusterFilters", fleet.recoverIntermediateFilters())
        .set("RecoveryIgnoreHostnameFilters", fleet.recoveryIgnoreFilters())
        .done();
  }

  /**
   * TopologyRecovery of a recovery, followed by the loss statement that only this program has.
   *
   * @param recoversPrimary a dead primary of the cluster is replaced automatically
   */
  public static Map<String, @Nullable Object> of(
      Recovery recovery, boolean recoversPrimary, Instant now) {
    Recovery.Subject subject = recovery.subject();
    Optional<Recovery.Ending> ending = recovery.ending();
    Fields fields =
        new Fields()
            .set("Id", recovery.id())
            .set("UID", recovery.uid())
            .set("AnalysisEntry", analysis(subject, recoversPrimary))
            .set(
                "SuccessorKey",
                LegacyKeyJson.of(
                    ending.flatMap(Recovery.Ending::successor).orElse(InstanceKey.NONE)))
            .set("SuccessorAlias", "")
            .set("SuccessorBinlogCoordinates", null)
            .set("IsActive", active(recovery, now))
            .set("IsSuccessful", ending.map(Recovery.Ending::successful).orElse(false))
            .set("LostReplicas", keys(ending.map(Recovery.Ending::lostReplicas)))
            .set("ParticipatingInstanceKeys", keys(ending.map(Recovery.Ending::participants)))
            .set("AllErrors", errors(ending))
            .set("RecoveryStartTimestamp", Timestamps.column(recovery.startedAt()))
            .set(
                "RecoveryEndTimestamp",
                ending.map(Recovery.Ending::endedAt).map(Timestamps::expression).orElse(""))
            .set("ProcessingNodeHostname", recovery.node())
            .set("ProcessingNodeToken", "");
    acknowledgement(fields, recovery.acknowledgement());
    return fields
        .set("LastDetectionId", subject.detectionId())
        .set("RelatedRecoveryId", 0)
        .set("Type", "")
        .set("RecoveryType", "NotMasterRecovery")
        .set("LossStatement", ending.map(Recovery.Ending::lossStatement).orElse(""))
        .done();
  }

  /**
   * TopologyRecovery of a recovery that was just carried out.
   *
   * @param recoversPrimary a dead primary of the cluster is replaced automatically
   */
  public static Map<String, @Nullable Object> live(
      Recovery recovery, boolean recoversPrimary, Instant now) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>(of(recovery, recoversPrimary, now));
    if (recovery.ending().flatMap(Recovery.Ending::successor).isEmpty()) {
      fields.put("SuccessorKey", null);
    }
    fields.put("Type", "MasterRecovery");
    fields.put("RecoveryType", "MasterRecoveryGTID");
    return fields;
  }

  /** TopologyRecovery of a detection. */
  public static Map<String, @Nullable Object> of(
      FailureDetection detection, boolean recoversPrimary) {
    Fields fields =
        new Fields()
            .set("Id", detection.id())
            .set("UID", "")
            .set("AnalysisEntry", analysis(detection, recoversPrimary))
            .set("SuccessorKey", null)
            .set("SuccessorAlias", "")
            .set("SuccessorBinlogCoordinates", null)
            .set("IsActive", detection.active())
            .set("IsSuccessful", false)
            .set("LostReplicas", List.of())
            .set("ParticipatingInstanceKeys", List.of())
            .set("AllErrors", null)
            .set("RecoveryStartTimestamp", Timestamps.column(detection.detectedAt()))
            .set("RecoveryEndTimestamp", "")
            .set("ProcessingNodeHostname", detection.node())
            .set("ProcessingNodeToken", "");
    acknowledgement(fields, Optional.empty());
    return fields
        .set("LastDetectionId", 0)
        .set("RelatedRecoveryId", detection.recoveryId())
        .set("Type", "")
        .set("RecoveryType", "")
        .done();
  }

  /** RecoveryStep: a line of the ledger, in words. */
  public static Map<String, @Nullable Object> of(Recovery recovery, RecoveryStep step) {
    Instant at = step.endedAt().or(step::intendedAt).orElse(recovery.startedAt());
    return new Fields()
        .set("Id", step.number())
        .set("RecoveryUID", recovery.uid())
        .set("AuditAt", Timestamps.column(at))
        .set("Message", words(step))
        .done();
  }

  private static String words(RecoveryStep step) {
    StringBuilder words = new StringBuilder(step.kind());
    if (step.target().isReal()) {
      words.append(' ').append(step.target());
    }
    words.append(": ").append(step.why()).append(" [").append(step.state().name());
    if (step.attempt() > 1) {
      words.append(", attempt ").append(step.attempt());
    }
    words.append(']');
    return step.detail().isEmpty() ? words.toString() : words + " " + step.detail();
  }

  /** Whether it runs, or still keeps further automatic recoveries of its cluster from starting. */
  private static boolean active(Recovery recovery, Instant now) {
    return recovery.running()
        || (recovery.acknowledgement().isEmpty() && now.isBefore(recovery.blockedUntil()));
  }

  private static Map<String, @Nullable Object> analysis(
      Recovery.Subject subject, boolean recoversPrimary) {
    return failed(
            subject.failedKey(), subject.analysis(), subject.description(), subject.replicas())
        .set(
            "ClusterDetails",
            LegacyClusterJson.of(
                subject.clusterName(), subject.clusterAlias(), "", 0, recoversPrimary))
        .done();
  }

  private static Map<String, @Nullable Object> analysis(
      FailureDetection detection, boolean recoversPrimary) {
    return failed(
            detection.key(), detection.analysis(), detection.description(), detection.replicas())
        .set(
            "ClusterDetails",
            LegacyClusterJson.of(
                detection.clusterName(), detection.clusterAlias(), "", 0, recoversPrimary))
        .set("IsActionableRecovery", detection.actionable())
        .set("ProcessingNodeHostname", detection.node())
        .set("StartActivePeriod", Timestamps.column(detection.detectedAt()))
        .done();
  }

  private static Fields failed(
      InstanceKey key, String analysis, String description, List<InstanceKey> replicas) {
    List<Map<String, @Nullable Object>> keys = LegacyKeyJson.of(replicas);
    return LegacyAnalysisJson.blank(key)
        .set("CountReplicas", replicas.size())
        .set("Replicas", keys)
        .set("SlaveHosts", keys)
        .set("Analysis", analysis)
        .set("Description", description);
  }

  private static List<Map<String, @Nullable Object>> keys(Optional<List<InstanceKey>> keys) {
    return LegacyKeyJson.of(keys.orElse(List.of()));
  }

  /** One empty text stands for no error. */
  private static List<String> errors(Optional<Recovery.Ending> ending) {
    List<String> errors = ending.map(Recovery.Ending::errors).orElse(List.of());
    return errors.isEmpty() ? List.of("") : errors;
  }

  private static void acknowledgement(
      Fields fields, Optional<Recovery.Acknowledgement> acknowledgement) {
    fields
        .set("Acknowledged", acknowledgement.isPresent())
        .set(
            "AcknowledgedAt",
            acknowledgement.map(Recovery.Acknowledgement::at).map(Timestamps::column).orElse(""))
        .set("AcknowledgedBy", acknowledgement.map(Recovery.Acknowledgement::owner).orElse(""))
        .set(
            "AcknowledgedComment",
            acknowledgement.map(Recovery.Acknowledgement::comment).orElse(""));
  }
}
