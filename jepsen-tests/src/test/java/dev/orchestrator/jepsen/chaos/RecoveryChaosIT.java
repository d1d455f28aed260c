package dev.orchestrator.jepsen.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.jepsen.drill.Console;
import dev.orchestrator.jepsen.lab.DemoFolder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The short form of {@code scripts/recovery-chaos}: real nodes in network namespaces, the leader
 * killed, frozen, cut off and asked to end just before the new primary becomes writable.
 */
class RecoveryChaosIT {
  @Test
  void aLeaderThatDiesFreezesIsCutOffOrEndsBeforeThePromotionActsNoMore() {
    Path root = Path.of("..").toAbsolutePath().normalize();
    var output = new ByteArrayOutputStream();
    boolean good;
    try (DemoFolder folder = DemoFolder.claim(Path.of("target", "chaos"));
        ChaosWorld world =
            ChaosWorld.start(root, folder, RecoveryChaos.REACTION, RecoveryChaos.WRITE_PAUSE)) {
      var console = new Console(new PrintStream(output, true, StandardCharsets.UTF_8));
      var chaos = new RecoveryChaos(world, console);
      good =
          chaos.run(
              ChaosOptions.parse(
                  List.of("--flow", "dead", "--only", "SET_WRITABLE 9 SENDING", "--repeat", "1")));
      good &=
          chaos.run(
              ChaosOptions.parse(
                  List.of(
                      "--flow",
                      "takeover",
                      "--fault",
                      "freeze",
                      "--only",
                      "FENCE_PRIMARY 4 SENDING",
                      "--repeat",
                      "1")));
    }
    String table = output.toString(StandardCharsets.UTF_8);
    assertThat(good).as(table).isTrue();
    assertThat(table).contains("5 rounds, 0 bad, 0 did not come to their boundary");
  }
}
