package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A primary that comes back while it is being replaced stays the primary. */
class RevivalIT {
  private static final String NETWORK = "127.0.74";
  private static final Duration STEP_TIMEOUT = Duration.ofSeconds(5);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"RUN_HOOK", "STOP_RECEIVER", "WAIT_APPLIED"})
  void aPrimaryThatThawsBeforeAnotherIsDesignatedIsKept(StepKind moment) {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill =
            new Drill(lab, folder)
                .stepTimeout(STEP_TIMEOUT)
                .hooks(java.util.Map.of("PreFailoverProcesses", List.of("true")))) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      lab.freeze(1);
      drill.unreachable(1, true);
      AtomicBoolean thawed = new AtomicBoolean();
      drill
          .log()
          .refuse(
              command -> {
                if (intends(drill, command, moment) && thawed.compareAndSet(false, true)) {
                  lab.thaw(1);
                  drill.unreachable(1, false);
                  drill.look();
                }
                return false;
              });

      Recovery recovery = drill.recover(supervisor, 1);

      Recovery.Ending ending = recovery.ending().orElseThrow();
      assertThat(thawed).as(drill.story()).isTrue();
      assertThat(ending.successful()).as(drill.story()).isFalse();
      assertThat(ending.errors())
          .as(drill.story())
          .anyMatch(error -> error.startsWith("PrimaryAnswers: " + drill.key(1)));
      assertThat(drill.writable()).as(drill.story()).containsExactly(1);
      assertThat(drill.database().clusters().all())
          .singleElement()
          .satisfies(record -> assertThat(record.primaryKey()).isEqualTo(drill.key(1)));
      lab.execute(1, "INSERT INTO drill.ledger (id) VALUES (1)");
      lab.awaitTrue("both follow", () -> lab.replicatesFrom(2, 1) && lab.replicatesFrom(3, 1));
      Drill.await("nothing blocks the next one")
          .until(
              () ->
                  drill
                      .database()
                      .recoveries()
                      .blocking(recovery.subject().clusterId(), Instant.now())
                      .isEmpty());
    }
  }

  private static boolean intends(Drill drill, Command command, StepKind kind) {
    return command instanceof Command.StepIntended intended
        && drill.steps().stream()
            .anyMatch(step -> step.number() == intended.step() && Ledger.is(step, kind));
  }

  @Test
  void aFailureThatIsOverWhenItsHooksEndStartsNothing() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 2);
        Drill drill = new Drill(lab, folder).stepTimeout(STEP_TIMEOUT)) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      Analysis dead = drill.dead(1);
      drill
          .log()
          .refuse(
              command -> {
                if (command instanceof Command.RegisterDetection) {
                  supervisor.consider(drill.look(), List.of(), List.of());
                }
                return false;
              });

      supervisor.consider(drill.look(), List.of(dead), List.of(dead));

      Drill.await("the end of the attempt")
          .until(
              () ->
                  supervisor.reasons(dead).stream()
                      .anyMatch(reason -> reason.startsWith("an attempt has just been made")));
      assertThat(drill.database().detections().active(drill.key(1))).isNotEmpty();
      assertThat(drill.database().recoveries().newest(false, 0, 10)).isEmpty();
    }
  }
}
