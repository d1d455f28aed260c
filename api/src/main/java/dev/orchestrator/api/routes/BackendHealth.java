package dev.orchestrator.api.routes;

import dev.orchestrator.store.sql.StoreException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Whether the backend works, asked at most about once a second. Thread-safe. */
final class BackendHealth {
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Runnable probe;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean probed;
  private long probedNanos;
  private Optional<String> failure = Optional.empty();

  BackendHealth(Runnable probe) {
    this.probe = probe;
  }

  /** Why the backend does not work; empty when it does. */
  Optional<String> failure() {
    lock.lock();
    try {
      if (!probed || System.nanoTime() - probedNanos > FRESH_NANOS) {
        failure = ask();
        probed = true;
        probedNanos = System.nanoTime();
      }
      return failure;
    } finally {
      lock.unlock();
    }
  }

  private Optional<String> ask() {
    try {
      probe.run();
      return Optional.empty();
    } catch (StoreException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
