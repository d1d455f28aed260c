package dev.orchestrator.server;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs periodic checks, one after the other, on one thread, named {@code watch} unless told
 * otherwise. Thread-safe.
 */
final class Watches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watches.class);

  private final ScheduledExecutorService executor;

  Watches() {
    this("watch");
  }

  Watches(String threadName) {
    executor =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name(threadName).factory());
  }

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
