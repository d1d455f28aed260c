package dev.orchestrator.store.fsm;

import static dev.orchestrator.store.fsm.Fixture.DB1;
import static dev.orchestrator.store.fsm.Fixture.DB2;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.FailureDetection;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.model.RecoveryStep.State;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryCommandsTest {
  @TempDir Path folder;
  private Fixture fixture;

  /** Another backend keeps the same contract: its test overrides this. */
  TestBackend backend() {
    return TestBackend.sqlite(folder);
  }

  @BeforeEach
  void open() {
    fixture = new Fixture(backend(), "db");
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void accepted(Command command, long id) {
    assertThat(fixture.apply(command)).isEqualTo(CommandResult.accepted(id));
  }

  private void refused(Command command, String why) {
    assertThat(fixture.apply(command)).isEqualTo(CommandResult.refused(why));
  }

  private Recovery recovery(String uid) {
    return fixture.database.recoveries().byUid(uid).orElseThrow();
  }

  private List<InstanceKey> inDowntime() {
    return fixture.database.downtimes().all().stream().map(Downtime::key).toList();
  }

  private void recoverOne() {
    accepted(Fixture.start("uid-1", "c1", "uuid-1"), 1);
    accepted(Fixture.end("uid-1", 5), 1);
  }

  @Test
  void whatARecoveryLosesGoesIntoDowntimeAndItsSuccessorComesOut() {
    fixture.apply(new Command.RaiseFormat(2));
    Instant now = fixture.now;
    fixture.apply(
        new Command.BeginDowntime(new Downtime(DB2, "ann", "disk", now, now.plusSeconds(99))));
    recoverOne();
    Instant ended = fixture.now.minusMillis(1);
    assertThat(fixture.database.downtimes().all())
        .containsExactly(
            Downtime.lostInRecovery(DB1, ended, ended.plus(Duration.ofDays(365))),
            Downtime.lostInRecovery(Fixture.DB3, ended, ended.plus(Duration.ofDays(365))));
    assertThat(fixture.database.downtimes().all().getFirst().reason())
        .isEqualTo("lost-in-recovery");
  }

  @Test
  void aDowntimeByAPersonIsNotTouchedByARecovery() {
    fixture.apply(new Command.RaiseFormat(2));
    Downtime person = new Downtime(DB1, "ann", "disk", fixture.now, fixture.now.plusSeconds(99));
    accepted(new Command.BeginDowntime(person), 0);
    recoverOne();
    accepted(new Command.EndLostDowntime(DB1), 0);
    assertThat(fixture.database.downtimes().find(DB1)).contains(person);
    accepted(new Command.EndLostDowntime(Fixture.DB3), 1);
    assertThat(inDowntime()).containsExactly(DB1);
  }

  @Test
  void aPrimaryByAgreementIsNoLongerLost() {
    fixture.apply(new Command.RaiseFormat(2));
    accepted(new Command.RegisterCluster("c1", "uuid-2", DB2, "shop"), 1);
    recoverOne();
    accepted(new Command.DesignatePrimary("", 0, "c1", 1, "uuid-1", DB1), 2);
    assertThat(inDowntime()).containsExactly(Fixture.DB3);
    accepted(new Command.RegisterCluster("c2", "uuid-3", Fixture.DB3, "mail"), 1);
    assertThat(inDowntime()).isEmpty();
  }

  @Test
  void aRecoveryWithoutSuccessorAndOneOfAnotherKindLoseNothing() {
    fixture.apply(new Command.RaiseFormat(2));
    accepted(Fixture.start("uid-1", "c1", "uuid-1"), 1);
    Recovery.Ending good = Fixture.ending();
    Recovery.Ending bad =
        new Recovery.Ending(
            false,
            Optional.empty(),
            "",
            good.lostReplicas(),
            List.of(),
            List.of("nobody"),
            "",
            Instant.EPOCH);
    accepted(new Command.EndRecovery("uid-1", 5, bad), 1);
    Recovery.Subject dead = Fixture.subject("c2", 0, "uuid-9");
    Recovery.Subject planned =
        new Recovery.Subject(
            "TAKEOVER",
            dead.clusterId(),
            dead.clusterName(),
            dead.clusterAlias(),
            dead.failedKey(),
            dead.failedUuid(),
            dead.analysis(),
            dead.description(),
            dead.replicas(),
            dead.lockedUuids(),
            0,
            "");
    accepted(new Command.StartRecovery("uid-2", planned, 5, "n1", 60, true), 2);
    accepted(Fixture.end("uid-2", 5), 2);
    assertThat(inDowntime()).isEmpty();
  }

  /** An older member would end with other rows. */
  @Test
  void beforeTheMembersAgreedOnItsFormatARecoveryBeginsNoDowntime() {
    recoverOne();
    assertThat(inDowntime()).isEmpty();
  }

  @Test
  void aRecoveryIsNumberedStampedLockedAndLinked() {
    accepted(Fixture.detection(DB1, false), 1);
    accepted(Fixture.detection(DB1, true), 2);
    Instant stamp = fixture.now;
    Recovery.Subject subject = Fixture.subject("c1", 2, "uuid-1", "uuid-2", "uuid-1");
    accepted(new Command.StartRecovery("uid-1", subject, 5, "n1", 60, false), 1);
    assertThat(recovery("uid-1"))
        .isEqualTo(
            new Recovery(
                1,
                "uid-1",
                subject,
                5,
                "n1",
                stamp,
                stamp.plusSeconds(60),
                Optional.empty(),
                Optional.empty()));
    assertThat(fixture.database.locks().heldBy("uid-1"))
        .containsExactly("cluster c1", "server uuid-1", "server uuid-2");
    assertThat(fixture.database.detections().byId(2).map(FailureDetection::recoveryId))
        .contains(1L);
    assertThat(fixture.database.detections().byId(1).map(FailureDetection::recoveryId))
        .contains(0L);
    accepted(Fixture.start("uid-2", "c2", "uuid-9"), 2);
    assertThat(fixture.database.recoveries().running()).hasSize(2);
  }

  @Test
  void aLockedClusterOrServerRefusesEvenForce() {
    accepted(Fixture.start("uid-1", "c1", "uuid-1", "uuid-2"), 1);
    refused(Fixture.start("uid-2", "c1"), "cluster c1 is locked by recovery uid-1");
    refused(Fixture.force("uid-2", "c1"), "cluster c1 is locked by recovery uid-1");
    refused(
        Fixture.force("uid-2", "c2", "uuid-3", "uuid-2"),
        "server uuid-2 is locked by recovery uid-1");
    assertThat(fixture.database.locks().heldBy("uid-2")).isEmpty();
    assertThat(fixture.database.locks().holderOfServer("uuid-3")).isEmpty();
    accepted(Fixture.start("uid-2", "c2", "uuid-3"), 2);
  }

  @Test
  void aUidIsUsedOnce() {
    accepted(Fixture.start("uid-1", "c1"), 1);
    refused(Fixture.force("uid-1", "c2"), "recovery uid-1 exists already");
  }

  @Test
  void disabledRecoveriesRefuseAllButForce() {
    accepted(new Command.SetGlobalRecoveries(false), 0);
    refused(Fixture.start("uid-1", "c1"), "recoveries are disabled");
    accepted(Fixture.force("uid-1", "c1"), 1);
    accepted(new Command.SetGlobalRecoveries(true), 0);
    accepted(Fixture.start("uid-2", "c2"), 2);
  }

  @Test
  void anEndedRecoveryBlocksUntilItsTimeIsOver() {
    Instant start = fixture.now;
    accepted(Fixture.start("uid-1", "c1"), 1);
    accepted(Fixture.end("uid-1", 5), 1);
    refused(
        Fixture.start("uid-2", "c1"),
        "blocked until " + start.plusSeconds(60) + " by recovery uid-1; acknowledge it");
    accepted(Fixture.start("uid-2", "c2"), 2); // another cluster
    fixture.now = start.plusSeconds(60);
    accepted(Fixture.start("uid-3", "c1"), 3);
  }

  @Test
  void forceOrAcknowledgementPassTheBlock() {
    accepted(Fixture.start("uid-1", "c1"), 1);
    accepted(Fixture.end("uid-1", 5), 1);
    accepted(Fixture.force("uid-2", "c1"), 2);
    accepted(Fixture.end("uid-2", 5), 2);
    accepted(Fixture.acknowledgeAll(), 1); // force implied the other one
    accepted(Fixture.start("uid-3", "c1"), 3);
  }

  @Test
  void absurdBlockPeriodsAreAppliedWithinBounds() {
    accepted(
        new Command.StartRecovery(
            "uid-1", Fixture.subject("c1", 0), 5, "n1", Long.MAX_VALUE, false),
        1);
    accepted(
        new Command.StartRecovery(
            "uid-2", Fixture.subject("c2", 0), 5, "n1", Long.MIN_VALUE, false),
        2);
    assertThat(recovery("uid-1").blockedUntil())
        .isAfter(fixture.now.plus(Duration.ofDays(300_000)));
    assertThat(recovery("uid-2").blockedUntil()).isEqualTo(recovery("uid-2").startedAt());
    accepted(new Command.Expire(Long.MAX_VALUE), 0);
    accepted(new Command.Expire(Long.MIN_VALUE), 0);
  }

  @Test
  void anEndIsStampedAndFreesTheLocks() {
    accepted(Fixture.start("uid-1", "c1", "uuid-1"), 1);
    refused(Fixture.end("uid-1", 4), "recovery uid-1 is owned by term 5, not 4");
    Instant stamp = fixture.now;
    accepted(Fixture.end("uid-1", 5), 1);
    assertThat(recovery("uid-1").ending()).contains(Fixture.ending().at(stamp));
    assertThat(fixture.database.locks().heldBy("uid-1")).isEmpty();
    assertThat(fixture.database.recoveries().running()).isEmpty();
    refused(Fixture.end("uid-1", 5), "recovery uid-1 has ended");
    refused(Fixture.end("uid-9", 5), "recovery uid-9 does not exist");
  }

  @Test
  void onlyAHigherTermTakesARecoveryOver() {
    accepted(Fixture.start("uid-1", "c1", "uuid-1"), 1);
    accepted(Fixture.plan("uid-1", "STOP"), 1);
    refused(
        new Command.TakeOverRecovery("uid-1", 5, "n2"),
        "recovery uid-1 is owned by term 5, and 5 is not higher");
    accepted(new Command.TakeOverRecovery("uid-1", 7, "n2"), 1);
    assertThat(recovery("uid-1").node()).isEqualTo("n2");
    refused(new Command.StepIntended("uid-1", 5, 1, 1), "recovery uid-1 is owned by term 7, not 5");
    refused(Fixture.plan("uid-1", "STOP"), "recovery uid-1 is owned by term 7, not 5");
    accepted(new Command.StepIntended("uid-1", 7, 1, 1), 1);
    assertThat(fixture.database.locks().heldBy("uid-1")).hasSize(2);
    accepted(Fixture.end("uid-1", 7), 1);
    refused(new Command.TakeOverRecovery("uid-1", 8, "n3"), "recovery uid-1 has ended");
    refused(new Command.TakeOverRecovery("uid-9", 8, "n3"), "recovery uid-9 does not exist");
  }

  @Test
  void aHigherTermMustTakeOverBeforeItWrites() {
    accepted(Fixture.start("uid-1", "c1"), 1);
    accepted(Fixture.plan("uid-1", "STOP"), 1);
    String why = "recovery uid-1 is owned by term 5, not 7";
    refused(new Command.StepIntended("uid-1", 7, 1, 1), why);
    refused(new Command.StepEnded("uid-1", 7, 1, 0, State.SKIPPED, ""), why);
    refused(new Command.PlanSteps("uid-1", 7, List.of(Fixture.step("STOP"))), why);
    refused(Fixture.end("uid-1", 7), why);
  }

  @Test
  void plansGoOnWhereTheyEnd() {
    accepted(Fixture.start("uid-1", "c1"), 1);
    accepted(Fixture.plan("uid-1", "STOP", "PROMOTE"), 1);
    accepted(Fixture.plan("uid-1", "HOOK"), 3);
    assertThat(fixture.database.recoverySteps().of("uid-1"))
        .extracting(RecoveryStep::number, RecoveryStep::kind)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, "STOP"),
            org.assertj.core.groups.Tuple.tuple(2, "PROMOTE"),
            org.assertj.core.groups.Tuple.tuple(3, "HOOK"));
    assertThat(fixture.database.recoverySteps().of("uid-1").getFirst())
        .isEqualTo(
            RecoveryStep.planned(1, "STOP", DB2, "uuid-2", Map.of("a", "1\n1", "b", "2=2"), "why"));
    assertThat(fixture.database.recoverySteps().of("uid-2")).isEmpty();
  }

  @Test
  void aStepIsPermittedOncePerAttemptAndEndsOnce() {
    accepted(Fixture.start("uid-1", "c1"), 1);
    accepted(Fixture.plan("uid-1", "STOP", "PROMOTE", "HOOK"), 1);
    refused(new Command.StepIntended("uid-1", 5, 4, 1), "step 4 is not planned");
    refused(new Command.StepIntended("uid-1", 5, 3, 2), "step 3 expects attempt 1, not 2");
    Instant intendedAt = fixture.now;
    accepted(new Command.StepIntended("uid-1", 5, 3, 1), 3);
    refused(new Command.StepIntended("uid-1", 5, 3, 1), "step 3 expects attempt 2, not 1");
    refused(
        new Command.StepEnded("uid-1", 5, 3, 2, State.DONE, ""), "step 3 is at attempt 1, not 2");
    refused(
        new Command.StepEnded("uid-1", 5, 3, 1, State.INTENDED, ""),
        "step 3 cannot end as intended: that is no end");
    refused(
        new Command.StepEnded("uid-1", 4, 3, 1, State.DONE, ""),
        "recovery uid-1 is owned by term 5, not 4");
    Instant endedAt = fixture.now;
    accepted(new Command.StepEnded("uid-1", 5, 3, 1, State.DONE, "writable"), 3);
    RecoveryStep step = fixture.database.recoverySteps().of("uid-1").get(2);
    assertThat(step.state()).isEqualTo(State.DONE);
    assertThat(step.attempt()).isEqualTo(1);
    assertThat(step.intendedTerm()).isEqualTo(5);
    assertThat(step.intendedAt()).contains(intendedAt);
    assertThat(step.endedAt()).contains(endedAt);
    assertThat(step.detail()).isEqualTo("writable");
    refused(new Command.StepIntended("uid-1", 5, 3, 2), "step 3 was already done");
    refused(new Command.StepEnded("uid-1", 5, 3, 1, State.FAILED, ""), "step 3 was already done");
  }

  @Test
  void aNewLeaderMayTryAnIntendedStepAgainOrRecordItsEnd() {
    accepted(Fixture.start("uid-1", "c1"), 1);
    accepted(Fixture.plan("uid-1", "STOP", "PROMOTE"), 1);
    accepted(new Command.StepIntended("uid-1", 5, 1, 1), 1);
    accepted(new Command.StepIntended("uid-1", 5, 2, 1), 2);
    accepted(new Command.TakeOverRecovery("uid-1", 7, "n2"), 1);
    accepted(new Command.StepIntended("uid-1", 7, 1, 2), 1);
    accepted(new Command.StepEnded("uid-1", 7, 2, 1, State.UNKNOWN, "target lost"), 2);
    refused(new Command.StepIntended("uid-1", 7, 2, 2), "step 2 has already ended: unknown");
    assertThat(fixture.database.recoverySteps().of("uid-1").getFirst().intendedTerm()).isEqualTo(7);
  }

  @Test
  void aStepThatWasNeverIntendedCanOnlyBeSkipped() {
    accepted(Fixture.start("uid-1", "c1"), 1);
    accepted(Fixture.plan("uid-1", "STOP"), 1);
    refused(new Command.StepEnded("uid-1", 5, 1, 0, State.DONE, ""), "step 1 was never intended");
    accepted(new Command.StepEnded("uid-1", 5, 1, 0, State.SKIPPED, "not needed"), 1);
    refused(new Command.StepIntended("uid-1", 5, 1, 1), "step 1 has already ended: skipped");
  }

  @Test
  void stepsEndWithTheirRecovery() {
    accepted(Fixture.start("uid-1", "c1"), 1);
    accepted(Fixture.plan("uid-1", "STOP"), 1);
    accepted(Fixture.end("uid-1", 5), 1);
    refused(new Command.StepIntended("uid-1", 5, 1, 1), "recovery uid-1 has ended");
    refused(Fixture.plan("uid-1", "STOP"), "recovery uid-1 has ended");
    refused(new Command.StepEnded("uid-1", 5, 1, 0, State.SKIPPED, ""), "recovery uid-1 has ended");
    refused(new Command.StepIntended("uid-9", 5, 1, 1), "recovery uid-9 does not exist");
  }

  @Test
  void acknowledgementChoosesEndedRecoveriesAndClearsTheirDetections() {
    accepted(Fixture.detection(DB1, true), 1);
    accepted(Fixture.detection(DB1, false), 2);
    accepted(Fixture.detection(DB2, true), 3);
    Recovery.Subject subject = Fixture.subject("c1", 1);
    accepted(new Command.StartRecovery("uid-1", subject, 5, "n1", 60, false), 1);
    accepted(Fixture.acknowledgeAll(), 0); // it still runs
    accepted(Fixture.end("uid-1", 5), 1);
    Instant stamp = fixture.now;
    accepted(Fixture.acknowledgeAll(), 1);
    assertThat(recovery("uid-1").acknowledgement())
        .contains(new Recovery.Acknowledgement("ann", "seen", stamp));
    assertThat(recovery("uid-1").blockedUntil()).isEqualTo(stamp);
    assertThat(fixture.database.detections().active(DB1)).isEmpty();
    assertThat(fixture.database.detections().active(DB2)).hasSize(1);
    accepted(Fixture.acknowledgeAll(), 0); // once only
    assertThat(recovery("uid-1").acknowledgement().orElseThrow().at()).isEqualTo(stamp);
  }

  @Test
  void acknowledgementSelectsByUidIdClusterOrInstance() {
    Optional<String> none = Optional.empty();
    for (String n : List.of("1", "2", "3", "4", "5")) {
      fixture.apply(Fixture.start("uid-" + n, "c" + n));
      fixture.apply(Fixture.end("uid-" + n, 5));
    }
    accepted(
        new Command.AcknowledgeRecoveries(
            Optional.of("uid-2"), Optional.empty(), none, Optional.empty(), "ann", ""),
        1);
    assertThat(recovery("uid-2").acknowledgement()).isPresent();
    accepted(
        new Command.AcknowledgeRecoveries(none, Optional.of(4L), none, Optional.empty(), "ann", ""),
        1);
    assertThat(recovery("uid-4").acknowledgement()).isPresent();
    accepted(
        new Command.AcknowledgeRecoveries(
            none, Optional.empty(), Optional.of("other:3306"), Optional.empty(), "ann", ""),
        0);
    accepted(
        new Command.AcknowledgeRecoveries(
            none, Optional.empty(), none, Optional.of(DB2), "ann", ""),
        0);
    refused(
        new Command.AcknowledgeRecoveries(
            Optional.of("uid-1"), Optional.of(1L), none, Optional.empty(), "ann", ""),
        "name one of uid, id, cluster or instance, not several");
    accepted(
        new Command.AcknowledgeRecoveries(
            none, Optional.empty(), none, Optional.of(DB1), "ann", ""),
        3);
  }
}
