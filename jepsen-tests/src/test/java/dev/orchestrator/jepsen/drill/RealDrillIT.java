package dev.orchestrator.jepsen.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.jepsen.lab.DemoFolder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * The whole product once, end to end: real MySQL servers, real node processes, the Raft leader and
 * then the primary killed with SIGKILL while a client writes; then both at once; then the leader
 * frozen in the middle of a recovery and thawed when another has ended it.
 */
class RealDrillIT {
  @Test
  void survivesLeaderAndPrimaryDyingInTurnAndAtOnceAndAFrozenLeader() {
    Path root = Path.of("..").toAbsolutePath().normalize();
    var output = new ByteArrayOutputStream();
    boolean good;
    try (DemoFolder folder = DemoFolder.claim(Path.of("target", "real-drill"))) {
      var console = new Console(new PrintStream(output, true, StandardCharsets.UTF_8));
      good =
          new Drill(
                  root.resolve("scripts/mysql-server"),
                  root.resolve("bin/orchestrator"),
                  folder,
                  Duration.ofSeconds(60),
                  console)
              .drill(1, 3);
      folder.killAll();
    }
    String text = output.toString(StandardCharsets.UTF_8);
    assertThat(good).as(text).isTrue();
    assertThat(text.split("no acknowledged write is lost: 0 lost", -1)).hasSize(4);
    assertThat(text).contains("ok    the leader was frozen while it worked on the recovery");
  }
}
