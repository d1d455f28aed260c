import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs the named test classes and prints one line per failure: test, then its message's start. */
final class RunTests {
  public static void main(String[] classes) {
    var listener = new SummaryGeneratingListener();
    var selectors = Arrays.stream(classes).map(name -> selectClass(name)).toList();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectors)
            .filters(EngineFilter.includeEngines("junit-jupiter"))
            .build();
    LauncherFactory.create().execute(request, listener);
    var summary = listener.getSummary();
    for (var failure : summary.getFailures()) {
      String message = String.valueOf(failure.getException().getMessage());
      System.out.println(
          "FAILED " + failure.getTestIdentifier().getDisplayName().replaceAll("\\(.*", "") + " "
              + message.lines().findFirst().orElse(""));
    }
    System.out.println("RAN " + summary.getTestsFoundCount());
    System.exit(summary.getFailures().isEmpty() && summary.getTestsFoundCount() > 0 ? 0 : 1);
  }
}
