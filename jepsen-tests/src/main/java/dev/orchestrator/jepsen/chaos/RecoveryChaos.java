package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.drill.Console;
import dev.orchestrator.jepsen.lab.DemoFolder;
import dev.orchestrator.jepsen.lab.LabException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** The program behind {@code scripts/recovery-chaos}; its {@code --help} says what it does. */
public final class RecoveryChaos {
  private final ChaosWorld world;
  private final Console console;
  private int rounds;
  private int bad;
  private int missed;

  RecoveryChaos(ChaosWorld world, Console console) {
    this.world = world;
    this.console = console;
  }

  /** Runs in the checkout that the system property {@code demo.root} names. */
  public static void main(String[] arguments) {
    var console = new Console(System.out);
    ChaosOptions options;
    try {
      options = ChaosOptions.parse(List.of(arguments));
    } catch (IllegalArgumentException e) {
      console.line("recovery-chaos: " + e.getMessage() + "; try --help");
      System.exit(2);
      return;
    }
    Path root = Path.of(System.getProperty("demo.root", ".")).toAbsolutePath().normalize();
    boolean good;
    try (DemoFolder folder = DemoFolder.claim(root.resolve("jepsen-tests/target/chaos"));
        ChaosWorld world = ChaosWorld.start(root, folder, 3, "")) {
      good = new RecoveryChaos(world, console).run(options);
    } catch (LabException e) {
      console.line("FAILED: " + e.getMessage());
      good = false;
    }
    System.exit(good ? 0 : 1);
  }

  /** Runs all rounds that the options ask for; says whether all were good. */
  boolean run(ChaosOptions options) {
    Map<Flow, List<Boundary>> boundaries = new EnumMap<>(Flow.class);
    for (Flow flow : options.flows()) {
      boundaries.put(flow, trace(flow));
    }
    console.line("| flow | fault | step | place | rounds good | recovered after, worst | ended |");
    console.line("|---|---|---|---|---|---|---|");
    for (Flow flow : options.flows()) {
      Predicate<Boundary> wanted = options.wanted();
      List<Boundary> all =
          boundaries.getOrDefault(flow, List.of()).stream().filter(wanted).toList();
      for (Fault fault : options.faults()) {
        for (int i = 0; i < all.size(); i += options.every()) {
          line(flow, fault, all.get(i), options.repeat());
        }
      }
    }
    console.line(
        "%d rounds, %d bad, %d did not come to their boundary".formatted(rounds, bad, missed));
    return rounds > 0 && bad == 0;
  }

  /** The boundaries of a flow, from a recovery without a fault. */
  List<Boundary> trace(Flow flow) {
    List<Boundary> boundaries = new Round(world, flow).trace();
    world.restore();
    if (boundaries.isEmpty()) {
      throw new LabException("the nodes note no boundaries");
    }
    return boundaries;
  }

  private void line(Flow flow, Fault fault, Boundary boundary, int repeat) {
    int good = 0;
    double worst = 0;
    String ended = "";
    List<String> wrong = new ArrayList<>();
    for (int n = 0; n < repeat; n++) {
      Round.Result result;
      rounds++;
      try {
        result = new Round(world, flow).run(fault, boundary);
        world.restore();
      } catch (LabException e) {
        bad++;
        wrong.add(String.valueOf(e.getMessage()));
        world.restore();
        continue;
      }
      missed += result.reached() ? 0 : 1;
      worst = Math.max(worst, result.seconds());
      ended = result.recovery().successful() ? "promoted" : "gave up";
      ended += result.reached() ? "" : ", boundary not reached";
      wrong.addAll(result.wrong());
      good += result.wrong().isEmpty() ? 1 : 0;
      bad += result.wrong().isEmpty() ? 0 : 1;
    }
    console.line(
        String.format(
            Locale.ROOT,
            "| %s | %s | %s %s | %s | %d of %d | %.1f s | %s |",
            flow,
            fault,
            boundary.step(),
            boundary.kind(),
            boundary.place(),
            good,
            repeat,
            worst,
            ended));
    wrong.forEach(what -> console.line("  WRONG: " + what));
  }
}
