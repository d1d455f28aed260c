package dev.orchestrator.store.sql;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Platform threads for native calls that virtual threads ask for: a native call holds its carrier,
 * and a few of them would stop every virtual thread of the process. Callers on platform threads run
 * their call themselves. Thread-safe.
 */
final class BackendThreads implements AutoCloseable {
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

  private final ThreadPoolExecutor executor;
  private final int maxWaiting;
  private final Duration deadline;

  BackendThreads(String name, int threads, int maxWaiting, Duration deadline) {
    this.maxWaiting = maxWaiting;
    this.deadline = deadline;
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(maxWaiting),
            Thread.ofPlatform().daemon().name(name + "-", 0).factory());
  }

  /**
   * Runs the work and waits for its answer.
   *
   * @throws StoreException too much waits already, or no answer came within the deadline; a write
   *     may then still happen
   */
  <T> T call(Supplier<T> work) {
    if (!Thread.currentThread().isVirtual()) {
      return work.get();
    }
    Future<T> answer = submit(work);
    try {
      return answer.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(false); // a native call cannot be interrupted, a waiting one need not start
      throw new StoreException("the backend gave no answer within " + deadline, e);
    } catch (InterruptedException e) {
      answer.cancel(false);
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while waiting for the backend", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StoreException cause) {
        cause.addSuppressed(new StoreException("asked for by " + Thread.currentThread().getName()));
        throw cause;
      }
      throw new StoreException("backend call failed", e.getCause() == null ? e : e.getCause());
    }
  }

  private <T> Future<T> submit(Supplier<T> work) {
    try {
      return executor.submit(work::get);
    } catch (RejectedExecutionException e) {
      throw new StoreException(
          executor.isShutdown()
              ? "the backend is closed"
              : "the backend is overloaded: " + maxWaiting + " calls wait already",
          e);
    }
  }

  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_WAIT.toSeconds(), TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
