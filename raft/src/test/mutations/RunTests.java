import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs the named test classes, then storms if none of them failed or -Dstorms.always=1, and prints
 * one line per failure: test, then its message's start.
 */
final class RunTests {
  private static final String STORMS =
      "dev.orchestrator.raft.sim.RaftSimulationTest#survivesAnyStormAndThenMakesProgress";

  public static void main(String[] classes) {
    List<DiscoverySelector> fast =
        Arrays.stream(classes).map(name -> (DiscoverySelector) selectClass(name)).toList();
    boolean caught = !passes(fast);
    boolean storms = !caught || Integer.getInteger("storms.always", 0) == 1;
    if (storms) {
      caught |= !passes(List.of(selectMethod(STORMS)));
    }
    System.out.println(storms ? "STORMS all" : "STORMS none");
    System.exit(caught ? 1 : 0);
  }

  private static String nameOf(TestIdentifier test) {
    return test.getSource().orElse(null) instanceof MethodSource method
        ? method.getMethodName()
        : test.getDisplayName();
  }

  private static boolean passes(List<DiscoverySelector> tests) {
    var listener = new SummaryGeneratingListener();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(tests)
            .filters(EngineFilter.includeEngines("junit-jupiter"))
            .build();
    LauncherFactory.create().execute(request, listener);
    var summary = listener.getSummary();
    for (var failure : summary.getFailures()) {
      String message = String.valueOf(failure.getException().getMessage());
      System.out.println(
          "FAILED "
              + nameOf(failure.getTestIdentifier())
              + " "
              + message.lines().findFirst().orElse(""));
    }
    System.out.println("RAN " + summary.getTestsFoundCount());
    return summary.getFailures().isEmpty() && summary.getTestsFoundCount() > 0;
  }
}
