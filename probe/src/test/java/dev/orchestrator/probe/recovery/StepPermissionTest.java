package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.probe.mysql.FleetAccess;
import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.replication.LocalReplicator;
import dev.orchestrator.store.sql.Database;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A step is taken by permission of the log only, and each attempt of a hook has its own key. */
class StepPermissionTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String UID = "1:a";

  @TempDir Path folder;

  private Database database;
  private LocalReplicator log;
  private Sessions sessions;

  @BeforeEach
  void open() {
    database = Database.sqlite(folder.resolve("db"));
    log = new LocalReplicator(new SqlStateMachine(database), "n1", URI.create("http://n1/"));
    FleetAccess access = new FleetAccess("nobody", "", LIMIT, LIMIT, LIMIT);
    sessions = new Sessions(new FleetConnector(access), LIMIT, UID, 1);
    Recovery.Subject subject =
        new Recovery.Subject(
            DeadPrimaryPlaybook.KIND,
            "c1",
            "db1:3306",
            "",
            Readings.key(1),
            Readings.uuid(1),
            "DeadMaster",
            "",
            List.of(),
            List.of(Readings.uuid(1)),
            0,
            "");
    submit(new Command.StartRecovery(UID, subject, 1, "n1", 0, false));
    Plan plan = new Plan(0);
    String line = "echo $ORC_RECOVERY_STEP $ORC_RECOVERY_ATTEMPT >> " + folder.resolve("ran");
    plan.gate(
        1, StepKind.RUN_HOOK, "h", Plan.Target.NOBODY, Map.of(RecoveryPlanner.HOOK_LINE, line), "");
    submit(new Command.PlanSteps(UID, 1, plan.steps()));
  }

  @AfterEach
  void close() {
    sessions.close();
    database.close();
  }

  @Test
  void aHookThatIsRunAgainHasAnotherKey() throws Exception {
    submit(new Command.StepIntended(UID, 1, 1, 1)); // by a leader that died in the middle of it
    submit(new Command.TakeOverRecovery(UID, 2, "n2"));

    RecoveryStep end = runner(2).run(step(), StepRunner.Needs.NONE);

    assertThat(Ledger.good(end)).isTrue();
    assertThat(step().state()).isEqualTo(RecoveryStep.State.DONE);
    assertThat(Files.readAllLines(folder.resolve("ran"))).containsExactly("1 2");
  }

  @Test
  void aLeaderWhoseRecoveryWasTakenOverRunsNothing() {
    submit(new Command.TakeOverRecovery(UID, 2, "n2"));

    assertThatThrownBy(() -> runner(1).run(step(), StepRunner.Needs.NONE))
        .isInstanceOf(WorkStopped.class);

    assertThat(folder.resolve("ran")).doesNotExist();
    assertThat(step().state()).isEqualTo(RecoveryStep.State.PLANNED);
  }

  @Test
  void aRecordThatHasMovedOnIsNotMovedByAnOldEpoch() {
    submit(new Command.RegisterCluster("c1", Readings.uuid(1), Readings.key(1), ""));
    long epoch = database.clusters().byId("c1").orElseThrow().epoch();
    submit(new Command.DesignatePrimary(UID, 1, "c1", epoch, Readings.uuid(2), Readings.key(2)));

    boolean again =
        log.submit(
                new Command.DesignatePrimary(
                    UID, 1, "c1", epoch, Readings.uuid(3), Readings.key(3)),
                LIMIT)
            .accepted();

    assertThat(again).isFalse();
    assertThat(database.clusters().byId("c1").orElseThrow().primaryKey())
        .isEqualTo(Readings.key(2));
  }

  @Test
  void aClusterIsLockedWhateverItIsCalledByNow() {
    Recovery.Subject renamed =
        new Recovery.Subject(
            DeadPrimaryPlaybook.KIND,
            "c1",
            "db9:3306",
            "",
            Readings.key(9),
            Readings.uuid(9),
            "DeadMaster",
            "",
            List.of(),
            List.of(Readings.uuid(9)),
            0,
            "");

    boolean started =
        log.submit(new Command.StartRecovery("1:b", renamed, 1, "n1", 0, true), LIMIT).accepted();

    assertThat(started).isFalse();
  }

  private RecoveryStep step() {
    return database.recoverySteps().of(UID).getFirst();
  }

  private StepRunner runner(long term) {
    ScriptedLog leader = ScriptedLog.steady(log, term);
    RecoveryConfig config =
        new RecoveryConfig(
            List.of("*"),
            LIMIT,
            LIMIT,
            LIMIT,
            Duration.ofMillis(500),
            "bash",
            Map.of(),
            true,
            "n",
            "here");
    return new StepRunner(
        config,
        database,
        leader,
        Clock.systemUTC(),
        new HookRunner("bash", LIMIT),
        database.recoveries().byUid(UID).orElseThrow(),
        sessions,
        new LedgerWriter(leader, UID, term),
        () -> false);
  }

  private void submit(Command command) {
    assertThat(log.submit(command, LIMIT).accepted()).as(command.name()).isTrue();
  }
}
