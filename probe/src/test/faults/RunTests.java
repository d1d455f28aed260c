import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs the named test classes; prints each failed test as Class.method. */
final class RunTests {
  public static void main(String[] classes) {
    var listener = new SummaryGeneratingListener();
    var selectors = Arrays.stream(classes).map(name -> selectClass(name)).toList();
    var request = LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
    LauncherFactory.create().execute(request, listener);
    var summary = listener.getSummary();
    for (var failure : summary.getFailures()) {
      var source = failure.getTestIdentifier().getLegacyReportingName();
      System.out.println("FAILED " + source.replaceAll("\\(.*", ""));
    }
    System.out.println("RAN " + summary.getTestsFoundCount());
    System.exit(summary.getFailures().isEmpty() && summary.getTestsFoundCount() > 0 ? 0 : 1);
  }
}
