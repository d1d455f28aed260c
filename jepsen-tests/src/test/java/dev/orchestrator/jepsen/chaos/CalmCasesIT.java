package dev.orchestrator.jepsen.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.jepsen.chaos.CalmCases.Case;
import dev.orchestrator.jepsen.drill.Console;
import dev.orchestrator.jepsen.lab.DemoFolder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The short form of {@code scripts/recovery-calm}. */
class CalmCasesIT {
  private static final int LANE = 8;
  private static final Duration REACTION = Duration.ofSeconds(1);

  @Test
  void nobodyActsOnADisturbanceAndSomebodyOnADeath() {
    Path root = Path.of("..").toAbsolutePath().normalize();
    var output = new ByteArrayOutputStream();
    var console = new Console(new PrintStream(output, true, StandardCharsets.UTF_8));
    List<Case> cases =
        List.of(
            Case.LEADER_AND_PRIMARY_CUT,
            Case.CONNECTIONS_FULL,
            Case.ALL_NODES_AND_PRIMARY_CUT,
            Case.KILLED);
    boolean good;
    try (DemoFolder folder = DemoFolder.claim(Path.of("target", "calm-short"));
        ChaosWorld world =
            ChaosWorld.start(
                root,
                folder.path().resolve("world"),
                new ChaosWorld.Settings(LANE, REACTION, RecoveryChaos.WRITE_PAUSE, 1))) {
      var book = new CalmBook(folder.path().resolve("cases.tsv"), cases, console);
      new CalmCases(world, book, REACTION).run();
      good = book.summary();
    }
    String text = output.toString(StandardCharsets.UTF_8);
    assertThat(good).as(text).isTrue();
    assertThat(text).contains("3 calm cases: 0 false", "1 deaths: 0 not acted on; 0 to go");
  }
}
