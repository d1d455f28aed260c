package dev.orchestrator.jepsen.drill;

import dev.orchestrator.jepsen.lab.DemoFolder;
import dev.orchestrator.jepsen.lab.LabException;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import dev.orchestrator.jepsen.lab.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** The program behind {@code ./demo}; {@code ./demo --help} says what it does. */
public final class Drill {
  /** Leader, then primary; both in the same instant; leader frozen in the middle of a recovery. */
  private static final int ACTS = 3;

  private static final int WRITES_BEFORE_KILL = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int WRITES_AFTER_RECOVERY = 100;
  private static final Duration DEATH_CHECK_PAUSE = Duration.ofMillis(500);

  private final Path script;
  private final Path launcher;
  private final DemoFolder folder;
  private final Duration patience;
  private final Console console;

  /**
   * Runs nothing yet.
   *
   * @param script what runs a MySQL server: scripts/mysql-server
   * @param launcher what runs a node: bin/orchestrator
   * @param patience how long anything is waited for before it counts as not happening
   */
  Drill(Path script, Path launcher, DemoFolder folder, Duration patience, Console console) {
    this.script = script;
    this.launcher = launcher;
    this.folder = folder;
    this.patience = patience;
    this.console = console;
  }

  /**
   * Runs the demo or the drill in the checkout that the system property {@code demo.root} names.
   */
  public static void main(String[] arguments) {
    var console = new Console(System.out);
    Options options;
    try {
      options = Options.parse(List.of(arguments));
    } catch (IllegalArgumentException e) {
      console.line("demo: " + e.getMessage() + "; try ./demo --help");
      System.exit(2);
      return;
    }
    Path root = Path.of(System.getProperty("demo.root", ".")).toAbsolutePath().normalize();
    System.exit(run(options, root, console));
  }

  private static int run(Options options, Path root, Console console) {
    try (DemoFolder folder = DemoFolder.claim(root.resolve(".demo"))) {
      // Ctrl-C and SIGTERM end this process by way of its hooks, whatever its threads are doing.
      var cleaner = new Thread(() -> takeDown(folder, console), "demo-cleaner");
      Runtime.getRuntime().addShutdownHook(cleaner);
      var drill =
          new Drill(
              root.resolve("scripts/mysql-server"),
              root.resolve("bin/orchestrator"),
              folder,
              PATIENCE,
              console);
      boolean good = options.drill() ? drill.drill(options.rounds(), ACTS) : drill.stayUp();
      // From here on the folder may be another demo's at any moment.
      Runtime.getRuntime().removeShutdownHook(cleaner);
      if (good) {
        folder.clear();
      } else {
        console.line("Data and logs are in " + folder.path());
      }
      return good ? 0 : 1;
    } catch (LabException e) {
      console.line("FAILED: " + e.getMessage());
      return 1;
    }
  }

  private static void takeDown(DemoFolder folder, Console console) {
    console.line("Taking everything down ...");
    console.mute(); // the deaths that follow are no news
    folder.clear();
  }

  private boolean stayUp() {
    try (World world = World.of(folder, launcher)) {
      world.start(script, console);
      console.title("Topology");
      console.line(world.topology());
      printWays(world);
      reportDeaths(world);
      return true;
    } catch (LabException e) {
      console.line("FAILED: " + e.getMessage());
      return false;
    }
  }

  private void printWays(World world) {
    String urls =
        world.nodes().nodes().stream().map(OrchestratorNode::url).collect(Collectors.joining(" "));
    console.title("Up until Ctrl-C");
    console.line("Nodes:   %s   (leader: %s)".formatted(urls, world.nodes().awaitLeader().url()));
    console.line("MySQL:   %s   (user lab, password lab)".formatted(world.fleet().members()));
    console.line("Client:  export ORCHESTRATOR_API=\"%s\"".formatted(urls));
    console.line(
        "         bin/orchestrator-client -c topology -i %s".formatted(world.fleet().primary()));
    console.line("Logs:    %s".formatted(folder.path()));
    console.line("Kill something, for example the primary or the leader, and look again.");
  }

  /** Until the process is ended from outside, says which of its children were. */
  private void reportDeaths(World world) {
    Set<Object> reported = new HashSet<>();
    while (!Thread.currentThread().isInterrupted()) {
      for (OrchestratorNode node : world.nodes().nodes()) {
        if (!node.isAlive() && reported.add(node)) {
          console.line("node %s has ended".formatted(node));
        }
      }
      for (MySqlMember member : world.fleet().members()) {
        if (!member.isAlive() && reported.add(member)) {
          console.line("MySQL server %s has ended".formatted(member));
        }
      }
      LockSupport.parkNanos(DEATH_CHECK_PAUSE.toNanos());
    }
  }

  /**
   * Runs the rounds until one ends badly; says whether all ended well.
   *
   * @param acts how many of the three acts each round has
   */
  boolean drill(int rounds, int acts) {
    var summary = new Summary();
    for (int round = 1; round <= rounds; round++) {
      if (rounds > 1) {
        console.title("Round " + round + " of " + rounds);
      }
      folder.clear();
      if (!round(summary, acts)) {
        return false;
      }
    }
    if (rounds > 1) {
      console.title(rounds + " rounds, all good");
      summary.print(console);
    }
    return true;
  }

  private boolean round(Summary summary, int acts) {
    try (World world = World.of(folder, launcher);
        var writer = new LedgerWriter(world.fleet().members())) {
      world.start(script, console);
      console.line(world.topology());
      writer.start();
      awaitWrites(writer, WRITES_BEFORE_KILL);
      var verdict = new Verdict();
      summary.add(new LeaderFailover(world, patience, console).run(verdict));
      summary.add(new PrimaryFailover(world, writer, patience, console).run());
      awaitAftermath(writer, world.fleet().primary());
      new FinalState(world, writer.ledger(), patience).judge(verdict);
      console.title("In the end");
      verdict.print(console);
      boolean good = verdict.isGood();
      if (acts > 1 && good) {
        good = act(new PrimaryAndLeader(world, writer, patience, console), world);
      }
      if (acts > 2 && good) {
        good = act(new FrozenLeader(world, writer, patience, console), world);
      }
      return good;
    } catch (LabException e) {
      console.line("FAILED: " + e.getMessage());
      return false;
    }
  }

  private boolean act(FurtherAct act, World world) {
    world.comeBack(patience);
    var verdict = new Verdict();
    act.run(verdict);
    console.title("In the end");
    verdict.print(console);
    return verdict.isGood();
  }

  private void awaitWrites(LedgerWriter writer, int more) {
    int wanted = writer.ledger().count() + more;
    Waiting.until(
        wanted + " acknowledged writes", patience, () -> writer.ledger().count() >= wanted);
  }

  /** Lets the application write on the new primary for a while, so that a late fork would show. */
  private void awaitAftermath(LedgerWriter writer, MySqlMember killed) {
    if (writer.ledger().firstNotBy(killed.host()).isEmpty()) {
      return; // it never came back; the verdict will say so
    }
    int wanted = writer.ledger().count() + WRITES_AFTER_RECOVERY;
    Waiting.until(
        WRITES_AFTER_RECOVERY + " more acknowledged writes",
        patience,
        () -> writer.ledger().count() >= wanted);
  }
}
