package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.drill.Console;
import dev.orchestrator.jepsen.lab.DemoFolder;
import dev.orchestrator.jepsen.lab.LabException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The program behind {@code scripts/recovery-chaos}; its {@code --help} says what it does. */
public final class RecoveryChaos {
  static final Duration REACTION = Duration.ofMillis(500);
  static final Duration WRITE_PAUSE = Duration.ofMillis(20);
  private static final int POLL_SECONDS = 1;
  private static final Duration TRACE_LIMIT = Duration.ofMinutes(5);

  private final ChaosWorld world;
  private final RoundBook book;

  RecoveryChaos(ChaosWorld world, RoundBook book) {
    this.world = world;
    this.book = book;
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
    Path target = root.resolve("jepsen-tests/target");
    boolean good;
    try (DemoFolder folder = DemoFolder.claim(target.resolve("chaos"))) {
      var book =
          new RoundBook(
              options.resume().orElse(folder.path().resolve("rounds")).resolve("rounds.tsv"),
              console);
      good = runLanes(root, folder.path(), options, book, console);
      good &= book.table();
    } catch (LabException e) {
      console.line("FAILED: " + e.getMessage());
      good = false;
    }
    System.exit(good ? 0 : 1);
  }

  private static boolean runLanes(
      Path root, Path folder, ChaosOptions options, RoundBook book, Console console) {
    options.limit().ifPresent(book::endAfter);
    Lanes lanes = options.lanes();
    var planned = new CompletableFuture<Boolean>();
    return lanes.run(
        root,
        folder,
        lane -> new ChaosWorld.Settings(lane, REACTION, WRITE_PAUSE, POLL_SECONDS),
        (world, lane) -> {
          var chaos = new RecoveryChaos(world, book);
          if (lane == lanes.first()) {
            try {
              book.plan(options.tasks(chaos.traces(options)));
            } finally {
              planned.complete(true);
            }
          }
          awaitPlan(planned);
          chaos.run();
        },
        console);
  }

  private static void awaitPlan(CompletableFuture<Boolean> planned) throws InterruptedException {
    try {
      planned.get(TRACE_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new LabException("no trace", e);
    }
  }

  /** The boundaries of the wanted flows, each from a recovery without a fault. */
  Map<Flow, List<Boundary>> traces(ChaosOptions options) {
    Map<Flow, List<Boundary>> boundaries = new EnumMap<>(Flow.class);
    for (Flow flow : options.flows()) {
      List<Boundary> trace = new Round(world, flow).trace();
      world.restore();
      if (trace.isEmpty()) {
        throw new LabException("the nodes note no boundaries");
      }
      boundaries.put(flow, trace);
    }
    return boundaries;
  }

  /** Runs rounds until the book has none left. */
  void run() {
    for (var task = book.next(); task.isPresent(); task = book.next()) {
      book.finish(run(task.get()));
    }
  }

  private Finished run(Task task) {
    Finished finished;
    try {
      Round.Result result = new Round(world, task.flow()).run(task.fault(), task.boundary());
      finished =
          new Finished(
              task,
              result.reached(),
              result.seconds(),
              result.recovery().successful() ? "promoted" : "gave up",
              result.wrong());
    } catch (LabException e) {
      finished = new Finished(task, true, 0, "no end", List.of(String.valueOf(e.getMessage())));
    }
    world.restore();
    return finished;
  }
}
