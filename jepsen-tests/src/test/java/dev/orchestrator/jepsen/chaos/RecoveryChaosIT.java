package dev.orchestrator.jepsen.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.jepsen.drill.Console;
import dev.orchestrator.jepsen.lab.DemoFolder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The short form of {@code scripts/recovery-chaos}: real nodes in network namespaces, the leader
 * killed, frozen, cut off and asked to end at boundaries drawn from those that the plans of today
 * have.
 */
class RecoveryChaosIT {
  private static final int LANE = 7;

  @Test
  void aLeaderThatDiesFreezesIsCutOffOrEndsAtADrawnBoundaryActsNoMore() {
    Path root = Path.of("..").toAbsolutePath().normalize();
    var output = new ByteArrayOutputStream();
    var console = new Console(new PrintStream(output, true, StandardCharsets.UTF_8));
    boolean good;
    try (DemoFolder folder = DemoFolder.claim(Path.of("target", "chaos-short"));
        ChaosWorld world =
            ChaosWorld.start(
                root,
                folder.path().resolve("world"),
                new ChaosWorld.Settings(
                    LANE, RecoveryChaos.REACTION, RecoveryChaos.WRITE_PAUSE, 1))) {
      var book = new RoundBook(folder.path().resolve("rounds.tsv"), console);
      var chaos = new RecoveryChaos(world, book);
      book.plan(draw(chaos.traces(ChaosOptions.parse(List.of()))));
      chaos.run();
      good = book.table();
    }
    String table = output.toString(StandardCharsets.UTF_8);
    assertThat(good).as(table).isTrue();
    assertThat(table).contains("6 rounds, 0 bad, 0 did not come to their boundary, 0 to go");
  }

  /**
   * One boundary for each fault (removal from the group is one) of a dead primary, one freeze of a
   * takeover. The draw changes with the number of boundaries only, so that a failure can be run
   * again.
   */
  private static List<Task> draw(Map<Flow, List<Boundary>> traces) {
    List<Task> tasks = new ArrayList<>();
    Arrays.stream(Fault.values()).forEach(fault -> tasks.add(task(Flow.DEAD, fault, traces)));
    tasks.add(task(Flow.TAKEOVER, Fault.FREEZE, traces));
    return tasks;
  }

  private static Task task(Flow flow, Fault fault, Map<Flow, List<Boundary>> traces) {
    List<Boundary> boundaries = traces.getOrDefault(flow, List.of());
    int drawn = new Random(boundaries.size() * 10L + fault.ordinal()).nextInt(boundaries.size());
    return new Task(flow, fault, boundaries.get(drawn), 1);
  }
}
