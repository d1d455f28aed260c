package dev.orchestrator.api.legacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.ReplicationFacts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LegacyAnalysisJsonTest {
  private static final Instance PRIMARY =
      Sample.instance(22293, Sample.server("8.0.36", true), ReplicationFacts.NONE, 0, Sample.NOW);
  private static final Instance REPLICA =
      Sample.instance(
          22294, Sample.server("8.0.36", true), Sample.replication(22293, 0), 1, Sample.NOW);

  private static Analysis analysis(AnalysisCode code, List<String> warnings) {
    return new Analysis(
        code,
        "Master <cannot> be reached",
        warnings,
        PRIMARY,
        "alpha",
        List.of(REPLICA),
        true,
        false,
        new Analysis.Counts(1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0),
        Optional.of(
            new Downtime(PRIMARY.key(), "me", "why", Sample.NOW, Sample.NOW.plusSeconds(60))),
        false);
  }

  @Test
  void everyFieldInItsPlace() {
    assertThat(
            LegacyInstanceJsonTest.text(
                LegacyAnalysisJson.of(
                    analysis(AnalysisCode.DEAD_PRIMARY, List.of()), true, Sample.NOW)))
        .isEqualTo(
            ("{'AnalyzedInstanceKey':{'Hostname':'testhost','Port':22293},"
                    + "'AnalyzedInstanceMasterKey':{'Hostname':'','Port':0},"
                    + "'ClusterDetails':{'ClusterName':'testhost:22293','ClusterAlias':'alpha',"
                    + "'ClusterDomain':'testhost:22293','CountInstances':0,'HeuristicLag':0,"
                    + "'HasAutomatedMasterRecovery':true,"
                    + "'HasAutomatedIntermediateMasterRecovery':false},"
                    + "'AnalyzedInstanceDataCenter':'','AnalyzedInstanceRegion':'',"
                    + "'AnalyzedInstancePhysicalEnvironment':'',"
                    + "'AnalyzedInstanceBinlogCoordinates':{'LogFile':'','LogPos':0,'Type':0},"
                    + "'IsMaster':true,'IsReplicationGroupMember':false,'IsCoMaster':false,"
                    + "'LastCheckValid':false,'LastCheckPartialSuccess':false,'CountReplicas':1,"
                    + "'CountValidReplicas':1,'CountValidReplicatingReplicas':0,"
                    + "'CountReplicasFailingToConnectToMaster':1,'CountDowntimedReplicas':0,"
                    + "'ReplicationDepth':0,'Replicas':[{'Hostname':'testhost','Port':22294}],"
                    + "'SlaveHosts':[{'Hostname':'testhost','Port':22294}],"
                    + "'IsFailingToConnectToMaster':false,'Analysis':'DeadMaster',"
                    + "'Description':'Master \\u003ccannot\\u003e be reached',"
                    + "'StructureAnalysis':null,'IsDowntimed':true,'IsReplicasDowntimed':false,"
                    + "'DowntimeEndTimestamp':'2026-11-21 03:56:24','DowntimeRemainingSeconds':60,"
                    + "'IsBinlogServer':false,'PseudoGTIDImmediateTopology':false,"
                    + "'OracleGTIDImmediateTopology':false,'MariaDBGTIDImmediateTopology':false,"
                    + "'BinlogServerImmediateTopology':false,'SemiSyncMasterEnabled':false,"
                    + "'SemiSyncMasterStatus':false,'SemiSyncMasterWaitForReplicaCount':0,"
                    + "'SemiSyncMasterClients':0,'CountSemiSyncReplicasEnabled':0,"
                    + "'CountLoggingReplicas':1,'CountStatementBasedLoggingReplicas':1,"
                    + "'CountMixedBasedLoggingReplicas':0,'CountRowBasedLoggingReplicas':0,"
                    + "'CountDistinctMajorVersionsLoggingReplicas':1,'CountDelayedReplicas':0,"
                    + "'CountLaggingReplicas':0,'IsActionableRecovery':true,"
                    + "'ProcessingNodeHostname':'','ProcessingNodeToken':'',"
                    + "'CountAdditionalAgreeingNodes':0,'StartActivePeriod':'',"
                    + "'SkippableDueToDowntime':true,'GTIDMode':'OFF','MinReplicaGTIDMode':'OFF',"
                    + "'MaxReplicaGTIDMode':'OFF','MaxReplicaGTIDErrant':'','CommandHint':'',"
                    + "'IsReadOnly':false}")
                .replace('\'', '"')
                .replace("2026-11-21 03:56:24", Timestamps.expression(Sample.NOW.plusSeconds(60))));
  }

  @Test
  void onlyProblemsAndWarningsAreListed() {
    assertThat(LegacyAnalysisJson.listed(analysis(AnalysisCode.NO_PROBLEM, List.of()))).isFalse();
    Analysis warned =
        analysis(AnalysisCode.NO_PROBLEM, List.of("NoLoggingReplicasStructureWarning"));
    assertThat(LegacyAnalysisJson.listed(warned)).isTrue();
    Map<String, Object> json = LegacyAnalysisJson.of(warned, false, Sample.NOW);
    assertThat(json).containsEntry("Analysis", "NoProblem");
    assertThat(json)
        .containsEntry("StructureAnalysis", List.of("NoLoggingReplicasStructureWarning"));
  }
}
