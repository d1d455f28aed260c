package dev.orchestrator.api.legacy;

import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import dev.orchestrator.store.model.PromotionRule;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import dev.orchestrator.store.model.ServerFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The published form of an instance: 87 fields whose names, order and copies are the contract.
 * Fields of features that this program does not have carry the value that says so.
 */
public final class LegacyInstanceJson {
  private LegacyInstanceJson() {}

  /** Instance. */
  public static Map<String, @Nullable Object> of(InstanceView view) {
    Fields fields = new Fields();
    server(fields, view);
    source(fields, view);
    replication(fields, view);
    place(fields, view);
    semiSync(fields, view.instance().semiSync());
    check(fields, view);
    downtime(fields, view);
    return fields
        .set("UnresolvedHostname", view.virtualName())
        .set("AllowTLS", view.instance().replication().tls())
        .set("Problems", view.problems())
        .set("LastDiscoveryLatency", view.instance().check().latency().toNanos())
        .set("ReplicationGroupName", "")
        .set("ReplicationGroupIsSinglePrimary", true)
        .set("ReplicationGroupMemberState", "")
        .set("ReplicationGroupMemberRole", "")
        .set("ReplicationGroupMembers", List.of())
        .set("ReplicationGroupPrimaryInstanceKey", LegacyKeyJson.of(InstanceKey.NONE))
        .done();
  }

  /** A list of instances in the order given. */
  public static List<Map<String, @Nullable Object>> of(List<InstanceView> views) {
    return views.stream().map(LegacyInstanceJson::of).toList();
  }

  private static void server(Fields fields, InstanceView view) {
    Instance instance = view.instance();
    ServerFacts server = instance.server();
    fields
        .set("Key", LegacyKeyJson.of(instance.key()))
        .set("InstanceAlias", instance.placement().instanceAlias())
        .set("Uptime", server.uptimeSeconds())
        .set("ServerID", server.serverId())
        .set("ServerUUID", server.uuid())
        .set("Version", server.version())
        .set("VersionComment", server.versionComment())
        .set("FlavorName", view.flavor())
        .set("ReadOnly", server.readOnly())
        .set("Binlog_format", server.binlogFormat())
        .set("BinlogRowImage", server.binlogRowImage())
        .set("LogBinEnabled", server.logBin())
        .set("LogSlaveUpdatesEnabled", server.logReplicaUpdates())
        .set("LogReplicationUpdatesEnabled", server.logReplicaUpdates())
        .set(
            "SelfBinlogCoordinates",
            LegacyKeyJson.coordinates(server.selfCoordinates(), LegacyKeyJson.BINARY_LOG));
  }

  private static void source(Fields fields, InstanceView view) {
    ReplicationFacts replication = view.instance().replication();
    boolean applierRuns = replication.applier() == ReplicaThreadState.RUNNING;
    boolean receiverRuns = replication.receiver() == ReplicaThreadState.RUNNING;
    fields
        .set("MasterKey", LegacyKeyJson.of(replication.source()))
        .set("MasterUUID", replication.sourceUuid())
        .set("AncestryUUID", "")
        .set("IsDetachedMaster", view.detachedFromSource())
        .set("Slave_SQL_Running", applierRuns)
        .set("ReplicationSQLThreadRuning", applierRuns)
        .set("Slave_IO_Running", receiverRuns)
        .set("ReplicationIOThreadRuning", receiverRuns)
        .set("ReplicationSQLThreadState", replication.applier().code())
        .set("ReplicationIOThreadState", replication.receiver().code())
        .set("HasReplicationFilters", replication.filtered())
        .set("GTIDMode", view.instance().server().gtidMode())
        .set("SupportsOracleGTID", view.supportsGtid())
        .set("UsingOracleGTID", replication.autoPosition())
        .set("UsingMariaDBGTID", false)
        .set("UsingPseudoGTID", view.pseudoGtid());
  }

  private static void replication(Fields fields, InstanceView view) {
    ReplicationFacts replication = view.instance().replication();
    ServerFacts server = view.instance().server();
    List<Map<String, @Nullable Object>> replicas = LegacyKeyJson.of(view.instance().replicas());
    fields
        .set(
            "ReadBinlogCoordinates",
            LegacyKeyJson.coordinates(replication.read(), LegacyKeyJson.BINARY_LOG))
        .set(
            "ExecBinlogCoordinates",
            LegacyKeyJson.coordinates(replication.executed(), LegacyKeyJson.BINARY_LOG))
        .set("IsDetached", view.detachedCoordinates())
        .set(
            "RelaylogCoordinates",
            LegacyKeyJson.coordinates(replication.relay(), LegacyKeyJson.RELAY_LOG))
        .set("LastSQLError", QuotedText.of(replication.lastApplierError()))
        .set("LastIOError", QuotedText.of(replication.lastReceiverError()))
        .set("SecondsBehindMaster", LegacyKeyJson.nullable(replication.secondsBehindSource()))
        .set("SQLDelay", replication.delaySeconds())
        .set("ExecutedGtidSet", server.gtidExecuted())
        .set("GtidPurged", server.gtidPurged())
        .set("GtidErrant", server.gtidErrant())
        .set("SlaveLagSeconds", LegacyKeyJson.nullable(replication.lagSeconds()))
        .set("ReplicationLagSeconds", LegacyKeyJson.nullable(replication.lagSeconds()))
        .set("SlaveHosts", replicas)
        .set("Replicas", replicas);
  }

  private static void place(Fields fields, InstanceView view) {
    Placement place = view.instance().placement();
    ReplicationFacts replication = view.instance().replication();
    fields
        .set("ClusterName", place.clusterName())
        .set("SuggestedClusterAlias", place.suggestedAlias())
        .set("DataCenter", place.dataCenter())
        .set("Region", place.region())
        .set("PhysicalEnvironment", place.environment())
        .set("ReplicationDepth", place.depth())
        .set("IsCoMaster", place.coSource())
        .set("HasReplicationCredentials", !replication.user().isEmpty())
        .set("ReplicationCredentialsAvailable", replication.credentialsAvailable());
  }

  private static void semiSync(Fields fields, SemiSyncFacts semiSync) {
    fields
        .set("SemiSyncAvailable", semiSync.available())
        .set("SemiSyncPriority", 0)
        .set("SemiSyncMasterEnabled", semiSync.sourceEnabled())
        .set("SemiSyncReplicaEnabled", semiSync.replicaEnabled())
        .set("SemiSyncMasterTimeout", semiSync.timeoutMillis())
        .set("SemiSyncMasterWaitForReplicaCount", semiSync.waitForReplicas())
        .set("SemiSyncMasterStatus", semiSync.sourceStatus())
        .set("SemiSyncMasterClients", semiSync.clients())
        .set("SemiSyncReplicaStatus", semiSync.replicaStatus());
  }

  private static void check(Fields fields, InstanceView view) {
    CheckTimes check = view.instance().check();
    fields
        .set("LastSeenTimestamp", Timestamps.column(check.seenAt()))
        .set("IsLastCheckValid", view.lastCheckValid())
        .set("IsUpToDate", view.upToDate())
        .set("IsRecentlyChecked", view.recentlyChecked())
        .set("SecondsSinceLastSeen", LegacyKeyJson.nullable(secondsSince(check, view.now())))
        .set("CountMySQLSnapshots", 0)
        .set("IsCandidate", view.rule().filter(PromotionRule.PREFER::equals).isPresent())
        .set("PromotionRule", view.rule().orElse(PromotionRule.NEUTRAL).published());
  }

  private static OptionalLong secondsSince(CheckTimes check, Instant now) {
    return check.seenAt().equals(Instant.EPOCH)
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, Duration.between(check.seenAt(), now).toSeconds()));
  }

  private static void downtime(Fields fields, InstanceView view) {
    fields
        .set("IsDowntimed", view.downtime().isPresent())
        .set("DowntimeReason", view.downtime().map(Downtime::reason).orElse(""))
        .set("DowntimeOwner", view.downtime().map(Downtime::owner).orElse(""))
        .set(
            "DowntimeEndTimestamp",
            view.downtime().map(Downtime::endsAt).map(Timestamps::expression).orElse(""))
        .set(
            "ElapsedDowntime",
            view.downtime()
                .map(downtime -> Duration.between(downtime.beginsAt(), view.now()).toNanos())
                .orElse(0L));
  }
}
