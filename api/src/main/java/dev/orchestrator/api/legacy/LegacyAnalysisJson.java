package dev.orchestrator.api.legacy;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The published form of an analysis. */
public final class LegacyAnalysisJson {
  private static final Set<AnalysisCode> RECOVERED =
      EnumSet.of(AnalysisCode.DEAD_PRIMARY, AnalysisCode.DEAD_PRIMARY_AND_SOME_REPLICAS);

  private LegacyAnalysisJson() {}

  /** Whether an analysis is listed at all. */
  public static boolean listed(Analysis analysis) {
    return analysis.code() != AnalysisCode.NO_PROBLEM || !analysis.structureWarnings().isEmpty();
  }

  /**
   * ReplicationAnalysis.
   *
   * @param recoversPrimary a dead primary of the cluster is replaced automatically
   */
  public static Map<String, @Nullable Object> of(
      Analysis analysis, boolean recoversPrimary, Instant now) {
    Instance instance = analysis.instance();
    String cluster = instance.placement().clusterName();
    Fields fields = blank(instance.key());
    fields
        .set("AnalyzedInstanceMasterKey", LegacyKeyJson.of(instance.replication().source()))
        .set(
            "ClusterDetails",
            LegacyClusterJson.of(cluster, analysis.clusterAlias(), cluster, 0, recoversPrimary))
        .set("AnalyzedInstanceDataCenter", instance.placement().dataCenter())
        .set("AnalyzedInstanceRegion", instance.placement().region())
        .set("AnalyzedInstancePhysicalEnvironment", instance.placement().environment())
        .set(
            "AnalyzedInstanceBinlogCoordinates",
            LegacyKeyJson.coordinates(
                instance.server().selfCoordinates(), LegacyKeyJson.BINARY_LOG))
        .set("IsMaster", analysis.primary())
        .set("IsCoMaster", instance.placement().coSource())
        .set("LastCheckValid", analysis.lastCheckValid())
        .set("LastCheckPartialSuccess", instance.check().partialSuccess())
        .set("ReplicationDepth", instance.placement().depth())
        .set("IsFailingToConnectToMaster", failsToConnect(instance.replication()))
        .set("Analysis", analysis.code().publishedName())
        .set("Description", analysis.description())
        .set(
            "StructureAnalysis",
            analysis.structureWarnings().isEmpty() ? null : analysis.structureWarnings())
        .set("IsActionableRecovery", RECOVERED.contains(analysis.code()))
        .set("GTIDMode", instance.server().gtidMode())
        .set("IsReadOnly", instance.server().readOnly());
    replicas(fields, analysis);
    downtime(fields, analysis, now);
    semiSync(fields, instance.semiSync());
    return fields.done();
  }

  private static void replicas(Fields fields, Analysis analysis) {
    Analysis.Counts counts = analysis.counts();
    List<Map<String, @Nullable Object>> keys =
        LegacyKeyJson.of(analysis.replicas().stream().map(Instance::key).toList());
    fields
        .set("CountReplicas", counts.replicas())
        .set("CountValidReplicas", counts.valid())
        .set("CountValidReplicatingReplicas", counts.replicating())
        .set("CountReplicasFailingToConnectToMaster", counts.failingToConnect())
        .set("CountDowntimedReplicas", counts.downtimed())
        .set("Replicas", keys)
        .set("SlaveHosts", keys)
        .set("OracleGTIDImmediateTopology", counts.valid() > 0 && counts.gtid() == counts.valid())
        .set("CountSemiSyncReplicasEnabled", counts.semiSyncEnabled())
        .set("CountLoggingReplicas", counts.logging())
        .set("CountStatementBasedLoggingReplicas", counts.statementLogging())
        .set("CountMixedBasedLoggingReplicas", counts.mixedLogging())
        .set("CountRowBasedLoggingReplicas", counts.rowLogging())
        .set("CountDistinctMajorVersionsLoggingReplicas", counts.distinctMajorVersions())
        .set("CountDelayedReplicas", counts.delayed())
        .set("CountLaggingReplicas", counts.lagging())
        .set("MinReplicaGTIDMode", least(analysis, replica -> replica.server().gtidMode()))
        .set("MaxReplicaGTIDMode", greatest(analysis, replica -> replica.server().gtidMode()))
        .set("MaxReplicaGTIDErrant", greatest(analysis, replica -> replica.server().gtidErrant()));
  }

  private static String least(Analysis analysis, Function<Instance, String> text) {
    return analysis.replicas().stream().map(text).min(Comparator.naturalOrder()).orElse("");
  }

  private static String greatest(Analysis analysis, Function<Instance, String> text) {
    return analysis.replicas().stream().map(text).max(Comparator.naturalOrder()).orElse("");
  }

  private static void downtime(Fields fields, Analysis analysis, Instant now) {
    fields
        .set("IsDowntimed", analysis.downtime().isPresent())
        .set("IsReplicasDowntimed", analysis.replicasDowntimed())
        .set(
            "DowntimeEndTimestamp",
            analysis.downtime().map(Downtime::endsAt).map(Timestamps::expression).orElse(""))
        .set(
            "DowntimeRemainingSeconds",
            analysis
                .downtime()
                .map(downtime -> Math.max(0, Duration.between(now, downtime.endsAt()).toSeconds()))
                .orElse(0L))
        .set("SkippableDueToDowntime", analysis.skippable());
  }

  private static void semiSync(Fields fields, SemiSyncFacts semiSync) {
    fields
        .set("SemiSyncMasterEnabled", semiSync.sourceEnabled())
        .set("SemiSyncMasterStatus", semiSync.sourceStatus())
        .set("SemiSyncMasterWaitForReplicaCount", semiSync.waitForReplicas())
        .set("SemiSyncMasterClients", semiSync.clients());
  }

  private static boolean failsToConnect(ReplicationFacts replication) {
    return replication.configured()
        && replication.receiver() != ReplicaThreadState.RUNNING
        && replication.lastReceiverError().contains("error connecting to ");
  }

  /** All fields in order, with the values of an analysis of which only the instance is known. */
  static Fields blank(InstanceKey key) {
    Fields fields =
        new Fields()
            .set("AnalyzedInstanceKey", LegacyKeyJson.of(key))
            .set("AnalyzedInstanceMasterKey", LegacyKeyJson.of(InstanceKey.NONE))
            .set("ClusterDetails", LegacyClusterJson.of("", "", "", 0, false));
    texts(
        fields,
        "AnalyzedInstanceDataCenter",
        "AnalyzedInstanceRegion",
        "AnalyzedInstancePhysicalEnvironment");
    fields.set(
        "AnalyzedInstanceBinlogCoordinates",
        LegacyKeyJson.coordinates(BinlogCoordinates.NONE, LegacyKeyJson.BINARY_LOG));
    flags(
        fields,
        "IsMaster",
        "IsReplicationGroupMember",
        "IsCoMaster",
        "LastCheckValid",
        "LastCheckPartialSuccess");
    numbers(
        fields,
        "CountReplicas",
        "CountValidReplicas",
        "CountValidReplicatingReplicas",
        "CountReplicasFailingToConnectToMaster",
        "CountDowntimedReplicas",
        "ReplicationDepth");
    fields.set("Replicas", List.of()).set("SlaveHosts", List.of());
    flags(fields, "IsFailingToConnectToMaster");
    texts(fields, "Analysis", "Description");
    fields.set("StructureAnalysis", null);
    flags(fields, "IsDowntimed", "IsReplicasDowntimed");
    texts(fields, "DowntimeEndTimestamp");
    numbers(fields, "DowntimeRemainingSeconds");
    flags(
        fields,
        "IsBinlogServer",
        "PseudoGTIDImmediateTopology",
        "OracleGTIDImmediateTopology",
        "MariaDBGTIDImmediateTopology",
        "BinlogServerImmediateTopology",
        "SemiSyncMasterEnabled",
        "SemiSyncMasterStatus");
    numbers(
        fields,
        "SemiSyncMasterWaitForReplicaCount",
        "SemiSyncMasterClients",
        "CountSemiSyncReplicasEnabled",
        "CountLoggingReplicas",
        "CountStatementBasedLoggingReplicas",
        "CountMixedBasedLoggingReplicas",
        "CountRowBasedLoggingReplicas",
        "CountDistinctMajorVersionsLoggingReplicas",
        "CountDelayedReplicas",
        "CountLaggingReplicas");
    flags(fields, "IsActionableRecovery");
    texts(fields, "ProcessingNodeHostname", "ProcessingNodeToken");
    numbers(fields, "CountAdditionalAgreeingNodes");
    texts(fields, "StartActivePeriod");
    flags(fields, "SkippableDueToDowntime");
    texts(
        fields,
        "GTIDMode",
        "MinReplicaGTIDMode",
        "MaxReplicaGTIDMode",
        "MaxReplicaGTIDErrant",
        "CommandHint");
    flags(fields, "IsReadOnly");
    return fields;
  }

  private static void texts(Fields fields, String... names) {
    for (String name : names) {
      fields.set(name, "");
    }
  }

  private static void numbers(Fields fields, String... names) {
    for (String name : names) {
      fields.set(name, 0);
    }
  }

  private static void flags(Fields fields, String... names) {
    for (String name : names) {
      fields.set(name, false);
    }
  }
}
