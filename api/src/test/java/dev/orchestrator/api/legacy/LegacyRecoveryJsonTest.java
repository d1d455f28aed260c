package dev.orchestrator.api.legacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.model.FailureDetection;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LegacyRecoveryJsonTest {
  private static final Instant START = Instant.parse("2026-11-21T03:50:11.5Z");

  private static Recovery recovery(
      Optional<Recovery.Ending> ending, Optional<Recovery.Acknowledgement> acknowledgement) {
    return new Recovery(
        3,
        "1763697011500000000:abc",
        new Recovery.Subject(
            "DEAD_PRIMARY",
            "c-1",
            "testhost:22293",
            "alpha",
            Sample.key(22293),
            "uuid",
            "DeadMaster",
            "gone",
            List.of(Sample.key(22296), Sample.key(22294)),
            List.of("uuid"),
            9,
            ""),
        7,
        "n1:10008",
        START,
        START.plusSeconds(3_600),
        ending,
        acknowledgement);
  }

  private static Recovery.Ending ending(List<String> errors) {
    return new Recovery.Ending(
        true,
        Optional.of(Sample.key(22294)),
        "uuid-2",
        List.of(),
        List.of(Sample.key(22294)),
        errors,
        "nothing acknowledged was lost",
        START.plusSeconds(2));
  }

  @Test
  void endedRecoveryIsWrittenFieldByField() {
    Recovery recovery =
        recovery(
            Optional.of(ending(List.of())),
            Optional.of(new Recovery.Acknowledgement("me", "seen", START.plusSeconds(9))));
    String json =
        LegacyInstanceJsonTest.text(LegacyRecoveryJson.of(recovery, true, START.plusSeconds(10)))
            .replace('"', '\'');
    assertThat(json)
        .startsWith(
            "{'Id':3,'UID':'1763697011500000000:abc','AnalysisEntry':{'AnalyzedInstanceKey':"
                + "{'Hostname':'testhost','Port':22293},")
        .contains(
            "'ClusterDetails':{'ClusterName':'testhost:22293','ClusterAlias':'alpha',"
                + "'ClusterDomain':'','CountInstances':0,",
            "'CountReplicas':2,",
            "'Replicas':[{'Hostname':'testhost','Port':22294},"
                + "{'Hostname':'testhost','Port':22296}]",
            "'Analysis':'DeadMaster'")
        .endsWith(
            "'IsReadOnly':false},'SuccessorKey':{'Hostname':'testhost','Port':22294},"
                + "'SuccessorAlias':'','SuccessorBinlogCoordinates':null,'IsActive':false,"
                + "'IsSuccessful':true,'LostReplicas':[],'ParticipatingInstanceKeys':"
                + "[{'Hostname':'testhost','Port':22294}],'AllErrors':[''],"
                + "'RecoveryStartTimestamp':'2026-11-21T03:50:11Z',"
                + "'RecoveryEndTimestamp':'2026-11-21 03:50:13',"
                + "'ProcessingNodeHostname':'n1:10008','ProcessingNodeToken':'',"
                + "'Acknowledged':true,'AcknowledgedAt':'2026-11-21T03:50:20Z',"
                + "'AcknowledgedBy':'me','AcknowledgedComment':'seen','LastDetectionId':9,"
                + "'RelatedRecoveryId':0,'Type':'','RecoveryType':'NotMasterRecovery',"
                + "'LossStatement':'nothing acknowledged was lost'}");
  }

  @Test
  void runningRecoveryHasNoSuccessorYet() {
    Map<String, Object> json =
        LegacyRecoveryJson.of(recovery(Optional.empty(), Optional.empty()), true, START);
    assertThat(json)
        .containsEntry("SuccessorKey", Map.of("Hostname", "", "Port", 0))
        .containsEntry("IsActive", true)
        .containsEntry("IsSuccessful", false)
        .containsEntry("AllErrors", List.of(""))
        .containsEntry("RecoveryEndTimestamp", "")
        .containsEntry("Acknowledged", false);
  }

  @Test
  void endedRecoveryIsActiveWhileItBlocksOthers() {
    Recovery open = recovery(Optional.of(ending(List.of("a", "b"))), Optional.empty());
    assertThat(LegacyRecoveryJson.of(open, true, START.plusSeconds(3_599)))
        .containsEntry("IsActive", true)
        .containsEntry("AllErrors", List.of("a", "b"));
    assertThat(LegacyRecoveryJson.of(open, true, START.plusSeconds(3_600)))
        .containsEntry("IsActive", false);
  }

  @Test
  void detectionHasTheSameShapeWithoutSuccessor() {
    FailureDetection detection =
        new FailureDetection(
            5,
            Sample.key(22293),
            "testhost:22293",
            "alpha",
            "DeadMaster",
            "gone",
            List.of(),
            true,
            "n1:10008",
            START,
            true,
            3);
    Map<String, Object> json = LegacyRecoveryJson.of(detection, true);
    assertThat(json)
        .containsEntry("Id", 5L)
        .containsEntry("UID", "")
        .containsEntry("SuccessorKey", null)
        .containsEntry("AllErrors", null)
        .containsEntry("RelatedRecoveryId", 3L)
        .containsEntry("RecoveryType", "");
    assertThat(json.get("AnalysisEntry").toString())
        .contains("StartActivePeriod=2026-11-21T03:50:11Z");
  }

  @Test
  void stepIsALineInWords() {
    RecoveryStep step =
        RecoveryStep.planned(
            2, "PROMOTE", Sample.key(22294), "uuid-2", Map.of(), "best of two candidates");
    assertThat(LegacyRecoveryJson.of(recovery(Optional.empty(), Optional.empty()), step))
        .containsEntry("Id", 2)
        .containsEntry("AuditAt", "2026-11-21T03:50:11Z")
        .containsEntry("Message", "PROMOTE testhost:22294: best of two candidates [PLANNED]");
    assertThat(InstanceKey.NONE.isReal()).isFalse();
  }
}
