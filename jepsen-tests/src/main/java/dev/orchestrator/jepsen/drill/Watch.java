package dev.orchestrator.jepsen.drill;

import dev.orchestrator.jepsen.lab.Waiting;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Observers that ask the servers side by side, so that a slow answer of one delays no other's time
 * stamp. Thread-safe.
 */
final class Watch implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Duration limit;
  private final ExecutorService observers = Executors.newVirtualThreadPerTaskExecutor();

  /** Observers that give up after the limit: what was not seen by then did not happen. */
  Watch(Duration limit) {
    this.limit = limit;
  }

  /** What was seen, and when the answer that showed it had arrived. */
  record Sighting<T>(T value, long nanos) {}

  /** Asks from now on, with the given pause, until there is an answer or the limit is over. */
  <T> Future<Optional<Sighting<T>>> watch(Duration pause, Supplier<Optional<T>> ask) {
    return observers.submit(() -> see(pause, ask));
  }

  /** As {@link #watch}, in the calling thread. */
  <T> Optional<Sighting<T>> see(Duration pause, Supplier<Optional<T>> ask) {
    return Waiting.poll(
        limit, pause, () -> ask.get().map(value -> new Sighting<>(value, System.nanoTime())));
  }

  /** What an observer saw; empty if it saw nothing in time. */
  <T> Optional<Sighting<T>> result(Future<Optional<Sighting<T>>> observer) {
    try {
      return observer.get(limit.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (TimeoutException e) {
      observer.cancel(true);
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("an observer failed", e.getCause());
    }
  }

  @Override
  public void close() {
    observers.shutdownNow();
  }
}
