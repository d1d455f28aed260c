package dev.orchestrator.server;

import dev.orchestrator.store.sql.StoreException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a node whose backend has failed for 30 s: it could neither apply nor show anything (rule
 * T1). Confined to the watch thread.
 */
final class BackendWatch implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(BackendWatch.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Runnable probe;
  private final LongSupplier nanoTime;
  private final Consumer<String> giveUp;
  private long lastGood;

  BackendWatch(Runnable probe, LongSupplier nanoTime, Consumer<String> giveUp) {
    this.probe = probe;
    this.nanoTime = nanoTime;
    this.giveUp = giveUp;
    this.lastGood = nanoTime.getAsLong();
  }

  @Override
  public void run() {
    try {
      probe.run();
      lastGood = nanoTime.getAsLong();
    } catch (StoreException e) {
      LOG.error("the backend does not work: {}", e.getMessage());
      if (nanoTime.getAsLong() - lastGood > PATIENCE.toNanos()) {
        giveUp.accept(
            "the backend has not worked for " + PATIENCE.toSeconds() + " s: " + e.getMessage());
      }
    }
  }
}
