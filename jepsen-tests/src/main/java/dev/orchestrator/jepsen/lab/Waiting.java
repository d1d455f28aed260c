package dev.orchestrator.jepsen.lab;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits on conditions by asking again and again, never without a limit. Stateless. */
public final class Waiting {
  private Waiting() {}

  /**
   * Asks until there is an answer.
   *
   * @param pause between two questions
   * @return empty if there was none before the limit or the thread was interrupted
   */
  public static <T> Optional<T> poll(Duration limit, Duration pause, Supplier<Optional<T>> ask) {
    long start = System.nanoTime();
    while (!Thread.currentThread().isInterrupted()) {
      Optional<T> answer = ask.get();
      if (answer.isPresent()) {
        return answer;
      }
      if (System.nanoTime() - start >= limit.toNanos()) {
        return Optional.empty();
      }
      LockSupport.parkNanos(pause.toNanos());
    }
    return Optional.empty();
  }

  /** Waits until the condition holds; otherwise fails with its name. */
  public static void until(String condition, Duration limit, BooleanSupplier holds) {
    Optional<Boolean> seen =
        poll(
            limit,
            Duration.ofMillis(150),
            () -> holds.getAsBoolean() ? Optional.of(true) : Optional.empty());
    if (seen.isEmpty()) {
      throw new LabException("not within " + limit.toSeconds() + " s: " + condition);
    }
  }
}
