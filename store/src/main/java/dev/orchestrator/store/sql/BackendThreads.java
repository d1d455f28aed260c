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
 * and a few of them would stop every virtual thread of the process. Thread-safe.
 */
final class BackendThreads implements AutoCloseable {
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

  private final ThreadPoolExecutor executor;
  private static final long IDLE_SECONDS = 60;

  private final int maxWaiting;
  private final Duration deadline;
  private final boolean forAll;

  private BackendThreads(
      String name, int threads, int maxWaiting, Duration deadline, boolean forAll) {
    this.maxWaiting = maxWaiting;
    this.deadline = deadline;
    this.forAll = forAll;
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(maxWaiting),
            Thread.ofPlatform().daemon().name(name + "-", 0).factory());
    executor.allowCoreThreadTimeOut(true);
  }

  /** Callers on platform threads run their call themselves. */
  static BackendThreads forVirtualCallers(
      String name, int threads, int maxWaiting, Duration deadline) {
    return new BackendThreads(name, threads, maxWaiting, deadline, false);
  }

  /** All callers wait, none longer than the deadline: for backends behind a network. */
  static BackendThreads forAllCallers(String name, int threads, int maxWaiting, Duration deadline) {
    return new BackendThreads(name, threads, maxWaiting, deadline, true);
  }

  /**
   * Runs the work and waits for its answer.
   *
   * @throws StoreException too much waits already, or no answer came within the deadline; a write
   *     may then still happen
   */
  <T> T call(Supplier<T> work) {
    if (!forAll && !Thread.currentThread().isVirtual()) {
      return work.get();
    }
    return callWithin(deadline, work);
  }

  /** Like {@link #call}, on one of these threads whoever asks. */
  <T> T callWithin(Duration limit, Supplier<T> work) {
    Future<T> answer = submit(work);
    try {
      return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(false); // a native call cannot be interrupted, a waiting one need not start
      StoreException late = new StoreException("the backend gave no answer within " + limit);
      late.addSuppressed(e); // has no words of its own
      throw late;
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
      StoreException why =
          new StoreException(
              executor.isShutdown()
                  ? "the backend is closed"
                  : "the backend is overloaded: " + maxWaiting + " calls wait already");
      why.addSuppressed(e); // the executor's own words say nothing to a reader of the message
      throw why;
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
