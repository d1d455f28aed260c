import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Compiles one planted bug after the other, runs the tests on each with class loaders of its own,
 * and prints one row of the table. Run by scripts/raft-mutations.
 *
 * <p>Arguments: a folder per bug, named like it, with the patched sources in {@code src} and what
 * has to catch it in {@code caught-by}. Properties: {@code plant.path}, the classes under test and
 * the tests; {@code plant.tests}, the test classes; {@code plant.all}, whether storms are run also
 * if something has caught it; {@code raft.seeds}, how many at most.
 */
final class PlantedBugs {
  private static final String STORMS = "survivesAnyStormAndThenMakesProgress";
  private static final String SIMULATION = "dev.orchestrator.raft.sim.RaftSimulationTest";
  private static final long LIMIT_SECONDS = 300;

  /** Failed tests by name, with the start of their messages. */
  private record Outcome(TreeMap<String, String> failures, boolean stormed) {}

  private final List<URL> path = new ArrayList<>();
  private final List<String> tests = List.of(System.getProperty("plant.tests").split(" "));
  private final boolean all = Boolean.getBoolean("plant.all");

  public static void main(String[] folders) throws Exception {
    PlantedBugs run = new PlantedBugs();
    for (String part : System.getProperty("plant.path").split(":")) {
      run.path.add(Path.of(part).toUri().toURL());
    }
    Outcome sound = run.test(List.of(), false);
    if (!sound.failures().isEmpty()) {
      System.out.println("the tests fail without any planted bug: " + sound.failures());
      System.exit(1);
    }
    long began = System.nanoTime();
    int missed = 0;
    for (String folder : folders) {
      missed += run.plant(Path.of(folder)) ? 0 : 1;
    }
    System.out.printf(
        "%n%d planted in %d s; %s%n",
        folders.length,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began),
        missed == 0 ? "all caught" : missed + " not caught as they should be");
    System.exit(missed == 0 ? 0 : 1);
  }

  private boolean plant(Path folder) throws Exception {
    String name = folder.getFileName().toString();
    String by = Files.readString(folder.resolve("caught-by")).strip();
    Path classes = Files.createDirectories(folder.resolve("classes"));
    String errors = compile(folder.resolve("src"), classes);
    if (!errors.isEmpty()) {
      System.out.println("| " + name + " | **does not compile: renew the patch** | |\n" + errors);
      return false;
    }
    boolean bySimulation = by.equals("simulation");
    CompletableFuture<Outcome> running = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(
            () -> {
              try {
                List<URL> planted = List.of(classes.toUri().toURL());
                running.complete(test(planted, all || bySimulation));
              } catch (Throwable e) {
                running.completeExceptionally(e);
              }
            });
    try {
      Outcome outcome = running.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      System.out.println("| " + name + " | " + row(outcome, by) + " |");
      return outcome.failures().containsKey(bySimulation ? STORMS : by);
    } catch (TimeoutException e) {
      System.out.println("| " + name + " | **hangs** | |");
      System.exit(1); // a thread that hangs would disturb the next ones
      return false;
    }
  }

  /** The classes that the patch touches, and nothing else. Empty if all is well. */
  private String compile(Path sources, Path classes) throws IOException {
    try (Stream<Path> files = Files.walk(sources)) {
      var compiler = ToolProvider.getSystemJavaCompiler();
      var manager = compiler.getStandardFileManager(null, null, null);
      StringWriter out = new StringWriter();
      String classPath =
          System.getProperty("plant.path") + ":" + System.getProperty("java.class.path");
      var units =
          manager.getJavaFileObjectsFromPaths(
              files.filter(file -> file.toString().endsWith(".java")).toList());
      boolean well =
          compiler
              .getTask(
                  out,
                  manager,
                  null,
                  List.of(
                      "-nowarn", "-proc:none", "-implicit:none", "-cp", classPath, "-d",
                      classes.toString()),
                  null,
                  units)
              .call();
      return well ? "" : out.toString();
    }
  }

  private Outcome test(List<URL> planted, boolean storms) throws Exception {
    List<URL> urls = new ArrayList<>(planted);
    urls.addAll(path);
    TreeMap<String, String> failures = new TreeMap<>();
    try (URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new))) {
      loader.setDefaultAssertionStatus(true);
      Thread.currentThread().setContextClassLoader(loader);
      List<DiscoverySelector> fast = new ArrayList<>();
      for (String test : tests) {
        fast.add(selectClass(loader.loadClass(test)));
      }
      run(fast, failures);
      boolean stormed = storms || failures.isEmpty() && !planted.isEmpty();
      if (stormed) {
        run(List.of(selectMethod(loader.loadClass(SIMULATION), STORMS)), failures);
      }
      return new Outcome(failures, stormed);
    }
  }

  private static void run(List<DiscoverySelector> tests, TreeMap<String, String> failures) {
    var listener = new SummaryGeneratingListener();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(tests)
            .filters(EngineFilter.includeEngines("junit-jupiter"))
            .build();
    LauncherFactory.create().execute(request, listener);
    var summary = listener.getSummary();
    if (summary.getTestsFoundCount() == 0) {
      throw new IllegalStateException("no tests found");
    }
    for (var failure : summary.getFailures()) {
      String message = String.valueOf(failure.getException().getMessage());
      failures.putIfAbsent(
          nameOf(failure.getTestIdentifier()), message.lines().findFirst().orElse(""));
    }
  }

  private static String nameOf(TestIdentifier test) {
    return test.getSource().orElse(null) instanceof MethodSource method
        ? method.getMethodName()
        : test.getDisplayName();
  }

  /** First seed that caught it, then the named test, or some other one, and how many more. */
  private static String row(Outcome outcome, String by) {
    if (outcome.failures().isEmpty()) {
      return "- | **not caught**";
    }
    String storm = outcome.failures().get(STORMS);
    String seed =
        storm != null
            ? storm.replaceFirst("seed (\\d+):.*", "$1")
            : outcome.stormed() ? "-" : "not run";
    List<String> others =
        outcome.failures().keySet().stream().filter(name -> !name.equals(STORMS)).toList();
    String first = others.contains(by) ? by : others.isEmpty() ? "-" : others.getFirst();
    String more = others.size() > 1 ? " and " + (others.size() - 1) + " more" : "";
    boolean asNamed = by.equals("simulation") ? storm != null : others.contains(by);
    return seed + " | " + first + more + (asNamed ? "" : ", **but not by " + by + "**");
  }
}
