package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A primary that was only frozen comes back and must not stay writable. */
class FenceIT {
  private static final String NETWORK = "127.0.75";

  /** Longer than the test waits for the recovery's end. */
  private static final Duration STEP_TIMEOUT = Duration.ofMinutes(10);

  @TempDir Path folder;

  @Test
  void aReplacedPrimaryThatComesBackIsFencedAndNeverFollowed() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder).stepTimeout(STEP_TIMEOUT)) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      lab.freeze(1);
      drill.unreachable(1, true);
      Recovery.Ending ending = drill.recover(supervisor, 1).ending().orElseThrow();
      assertThat(ending.successful()).as(drill.story()).isTrue();
      int winner = drill.number(ending.successor().orElseThrow());

      lab.thaw(1);
      drill.unreachable(1, false);
      Drill.await("the fence")
          .until(
              () -> {
                supervisor.consider(drill.look(), List.of(), List.of());
                return "1".equals(lab.value(1, "SELECT @@GLOBAL.super_read_only"));
              });
      Drill.await("its record")
          .until(
              () ->
                  drill.database().recoveries().newest(false, 0, 10).stream()
                      .filter(past -> past.subject().kind().equals(FencePlaybook.KIND))
                      .anyMatch(past -> !past.running()));
      assertThat(drill.writable()).containsExactly(winner);
      assertThat(drill.database().clusters().all())
          .singleElement()
          .satisfies(record -> assertThat(record.primaryKey()).isEqualTo(drill.key(winner)));
    }
  }
}
