package dev.orchestrator.server;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the node's periodic checks, one after the other, on one thread named {@code watch}.
 * Thread-safe.
 */
final class Watches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watches.class);

  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "watch");
            thread.setDaemon(true);
            return thread;
          });

  /** Runs the check each so many milliseconds; one that fails is logged and runs again. */
  void every(long millis, String name, Runnable check) {
    var _ =
        executor.scheduleWithFixedDelay(
            () -> {
              try {
                check.run();
              } catch (RuntimeException e) {
                LOG.error("check {} failed", name, e);
              }
            },
            millis,
            millis,
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
