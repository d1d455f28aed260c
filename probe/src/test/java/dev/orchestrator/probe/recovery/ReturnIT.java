package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a dead primary that comes back (rule D9). */
class ReturnIT {
  private static final String NETWORK = "127.0.73";

  @TempDir Path folder;

  @Test
  void anUnharmedOneFollowsAndOneWithTransactionsOfItsOwnIsQuarantined() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder).rejoin("true").stepTimeout(Duration.ofSeconds(5))) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      int second = failOver(lab, drill, supervisor, 1);

      lab.restart(1);
      Recovery.Ending returned = returned(drill, supervisor, 1);
      assertThat(returned.errors()).as(drill.story()).isEmpty();
      assertThat(returned.lossStatement()).contains("lost none");
      Drill.await("its replication")
          .until(
              () ->
                  drill
                      .look()
                      .find(drill.key(1))
                      .filter(i -> i.replication().source().equals(drill.key(second)))
                      .filter(i -> i.replication().running())
                      .isPresent());
      assertThat(lab.value(1, "SELECT @@GLOBAL.super_read_only")).isEqualTo("1");

      drill.acknowledge();
      int third = failOver(lab, drill, supervisor, second);
      lab.restart(second);
      lab.execute(second, "SET GLOBAL super_read_only = OFF", "CREATE DATABASE stray");
      lab.execute(second, "SET GLOBAL super_read_only = ON");
      Recovery.Ending quarantined = returned(drill, supervisor, second);
      assertThat(quarantined.successful()).isFalse();
      assertThat(quarantined.errors())
          .singleElement()
          .asString()
          .startsWith("quarantined: ")
          .contains("holds 1 transactions");
      assertThat(quarantined.lossStatement()).contains("only the old primary holds 1");
      assertThat(drill.look().find(drill.key(second)).orElseThrow().replication().configured())
          .isFalse();
      assertThat(drill.writable()).containsExactly(third);
    }
  }

  private static int failOver(
      MySqlLab lab, Drill drill, RecoverySupervisor supervisor, int primary) {
    drill.awaitAge();
    drill.look(); // what a restarted acker held counts once its source was seen after that
    lab.kill9(primary);
    Recovery.Ending ending = drill.recover(supervisor, primary).ending().orElseThrow();
    assertThat(ending.successful()).as(drill.story()).isTrue();
    return drill.number(ending.successor().orElseThrow());
  }

  private static Recovery.Ending returned(Drill drill, RecoverySupervisor supervisor, int old) {
    Drill.await("the return of " + old)
        .until(
            () -> {
              supervisor.consider(drill.look(), java.util.List.of(), java.util.List.of());
              return newestReturn(drill).filter(past -> !past.running()).isPresent()
                  && newestReturn(drill).orElseThrow().subject().failedKey().equals(drill.key(old));
            });
    return newestReturn(drill).orElseThrow().ending().orElseThrow();
  }

  private static Optional<Recovery> newestReturn(Drill drill) {
    return drill.database().recoveries().newest(false, 0, 10).stream()
        .filter(past -> past.subject().kind().equals(ReturnPlaybook.KIND))
        .findFirst();
  }
}
