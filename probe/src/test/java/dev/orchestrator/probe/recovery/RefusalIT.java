package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a rule or the log says no, nothing becomes writable. */
class RefusalIT {
  private static final String NETWORK = "127.0.73";

  @TempDir Path folder;

  /** Rule D3: one of two ackers is not enough when one acknowledgement was waited for. */
  @Test
  void tooFewAckersReadMeansNoPromotionUntilTheOtherIsBack() throws Exception {
    Path heard = folder.resolve("heard");
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder)) {
      drill.hooks(
          Map.of(
              "PostUnsuccessfulFailoverProcesses",
              List.of("echo failed {isSuccessful} >> " + heard)));
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      lab.freeze(3);
      drill.unreachable(3, true);
      lab.kill9(1);

      Recovery.Ending refused = drill.recover(supervisor, 1).ending().orElseThrow();

      assertThat(refused.successful()).as(drill.story()).isFalse();
      assertThat(refused.errors()).anyMatch(error -> error.startsWith("TooFewAckersRead"));
      assertThat(lab.value(2, "SELECT @@GLOBAL.read_only")).isEqualTo("1");
      assertThat(lab.replicaStatus(2)).containsEntry("Source_Host", lab.host(1));
      assertThat(lab.replicaStatus(2).get("Replica_IO_Running")).isNotEqualTo("No");
      assertThat(Files.readAllLines(heard)).containsExactly("failed false");

      lab.thaw(3);
      drill.unreachable(3, false);
      drill.acknowledge();
      Recovery.Ending ending = drill.recover(supervisor, 1).ending().orElseThrow();
      assertThat(ending.successful()).as(drill.story()).isTrue();
      assertThat(drill.writable()).containsExactly(drill.number(ending.successor().orElseThrow()));
    }
  }

  /** Rule D3: with relay_log_recovery a restart throws away what was acknowledged, not applied. */
  @Test
  void anAckerThatWasKilledAndForgotWhatItAcknowledgedDoesNotCountAsRead() throws Exception {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder)) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      // Only 3 acknowledges from now on, and it applies nothing.
      lab.execute(2, "STOP REPLICA IO_THREAD");
      lab.execute(3, "STOP REPLICA SQL_THREAD");
      lab.execute(1, "CREATE DATABASE acknowledged");
      lab.kill9(3);
      lab.kill9(1);
      lab.restart(3);
      assertThat(lab.value(2, "SHOW DATABASES LIKE 'acknowledged'")).isNull();
      assertThat(lab.value(3, "SHOW DATABASES LIKE 'acknowledged'"))
          .as("the restarted acker has thrown away what it had acknowledged")
          .isNull();

      Recovery.Ending refused = drill.recover(supervisor, 1).ending().orElseThrow();

      assertThat(refused.successful()).as(drill.story()).isFalse();
      assertThat(refused.errors()).anyMatch(error -> error.startsWith("TooFewAckersRead"));
      assertThat(drill.story()).contains("it was restarted, and may have lost");
      assertThat(drill.writable()).isEmpty();
    }
  }

  @Test
  void withoutPermissionNothingIsDoneAndWithItTheSameLeaderGoesOn() throws Exception {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder)) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      lab.kill9(1);
      drill.log().refuse(command -> command instanceof Command.StepIntended);
      var dead = drill.dead(1);
      Drill.await("a recovery")
          .until(
              () -> {
                supervisor.consider(drill.look(), List.of(dead), List.of(dead));
                return !drill.database().recoveries().running().isEmpty()
                    && !drill.steps().isEmpty();
              });
      assertThat(lab.replicaStatus(2).get("Replica_IO_Running")).isNotEqualTo("No");
      assertThat(lab.replicaStatus(3).get("Replica_IO_Running")).isNotEqualTo("No");

      drill.log().refuse(command -> command instanceof Command.DesignatePrimary);
      Drill.await("the end").until(() -> !drill.newest().running());
      Recovery.Ending refused = drill.newest().ending().orElseThrow();
      assertThat(refused.successful()).as(drill.story()).isFalse();
      assertThat(drill.writable()).as(drill.story()).isEmpty();
      assertThat(drill.steps())
          .filteredOn(step -> step.kind().equals("SET_WRITABLE"))
          .allMatch(step -> step.state() == RecoveryStep.State.PLANNED);
      for (int n = 2; n <= 3; n++) {
        assertThat(lab.replicaStatus(n)).containsEntry("Source_Host", lab.host(1));
        assertThat(lab.replicaStatus(n).get("Replica_IO_Running")).isNotEqualTo("No");
      }

      drill.log().refuse(_ -> false);
      drill.acknowledge();
      Recovery.Ending ending = drill.recover(supervisor, 1).ending().orElseThrow();
      assertThat(ending.successful()).as(drill.story()).isTrue();
      assertThat(drill.writable()).hasSize(1);
    }
  }
}
