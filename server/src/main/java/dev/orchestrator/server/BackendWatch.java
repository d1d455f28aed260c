package dev.orchestrator.server;

import dev.orchestrator.store.sql.StoreException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether this node's backend works, and acts when it does not (rule T1). The backend is
 * asked once a second; it counts as working until 4 s after the begin of the last question that it
 * answered well. Time alone decides, so a question that hangs is no good answer. A node whose
 * backend does not work claims neither leadership nor health and is unfit to lead; after 30 s it
 * ends.
 *
 * <p>Thread-safe; {@link #ask} belongs to a thread of its own, {@link #judge} to the watch thread.
 */
final class BackendWatch {
  /** Less than 5 s even with the pause between two judgements. */
  static final Duration PATIENCE = Duration.ofSeconds(4);

  /** As upstream. */
  static final Duration LIMIT = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(BackendWatch.class);

  private static final String NO_ANSWER = "it does not answer";

  private final Runnable probe;
  private final LongSupplier nanoTime;
  private final Consumer<Boolean> onChange;
  private final Consumer<String> giveUp;
  private final AtomicReference<String> failure = new AtomicReference<>(NO_ANSWER);
  private volatile long lastGood;
  private boolean worked = true;

  /**
   * Starts with a backend that works.
   *
   * @param probe throws {@link StoreException} if the backend does not work
   * @param onChange called with whether it works now
   * @param giveUp called at each judgement once the limit has passed, with the reason
   */
  BackendWatch(
      Runnable probe, LongSupplier nanoTime, Consumer<Boolean> onChange, Consumer<String> giveUp) {
    this.probe = probe;
    this.nanoTime = nanoTime;
    this.onChange = onChange;
    this.giveUp = giveUp;
    this.lastGood = nanoTime.getAsLong();
  }

  /** Whether the backend works, as far as this moment can know. */
  boolean works() {
    return silentNanos() < PATIENCE.toNanos();
  }

  /** Asks the backend once; may block for as long as the question may take. */
  void ask() {
    long askedAt = nanoTime.getAsLong();
    try {
      probe.run();
      lastGood = askedAt;
      failure.set(NO_ANSWER);
    } catch (StoreException e) {
      String reason = String.valueOf(e.getMessage());
      if (!reason.equals(failure.getAndSet(reason))) {
        LOG.error("the backend does not work: {}", reason);
      }
    }
  }

  /** Tells of a change, and ends the node when the limit has passed. */
  void judge() {
    boolean works = works();
    if (works != worked) {
      worked = works;
      if (works) {
        LOG.warn("the backend works again: this node may lead again");
      } else {
        LOG.error(
            "the backend has not worked for {} s: this node claims neither leadership nor health,"
                + " and ends after {} s: {}",
            PATIENCE.toSeconds(),
            LIMIT.toSeconds(),
            failure.get());
      }
      onChange.accept(works);
    }
    if (silentNanos() > LIMIT.toNanos()) {
      giveUp.accept("the backend has not worked for " + LIMIT.toSeconds() + " s: " + failure.get());
    }
  }

  private long silentNanos() {
    return nanoTime.getAsLong() - lastGood;
  }
}
