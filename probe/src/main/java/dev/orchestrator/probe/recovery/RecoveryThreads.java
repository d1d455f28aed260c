package dev.orchestrator.probe.recovery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The virtual threads on which this process works, at most one for each name of what must not be
 * worked on twice. Thread-safe.
 */
final class RecoveryThreads {
  private static final Logger LOG = LoggerFactory.getLogger(RecoveryThreads.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_THREADS = 100;

  private final Map<String, Thread> busy = new ConcurrentHashMap<>();
  private volatile boolean closed;

  boolean closed() {
    return closed;
  }

  boolean busy(String lock) {
    return busy.containsKey(lock);
  }

  /** Starts the work unless something of this lock runs, or too much does. */
  void launch(String lock, String name, Runnable work) {
    if (closed || busy.size() >= MAX_THREADS) {
      return;
    }
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            .unstarted(
                () -> {
                  try {
                    work.run();
                  } catch (RuntimeException e) {
                    if (!closed) {
                      LOG.error("{} failed", name, e);
                    }
                  } finally {
                    busy.remove(lock, Thread.currentThread());
                  }
                });
    if (busy.putIfAbsent(lock, thread) == null) {
      thread.start();
    }
  }

  /** Interrupts everything, this thread of the caller's too, and waits for the end. */
  void close(Thread other) {
    closed = true;
    List<Thread> threads = new ArrayList<>(busy.values());
    threads.add(other);
    threads.forEach(Thread::interrupt);
    Instant deadline = Instant.now().plus(CLOSE_TIMEOUT);
    try {
      for (Thread thread : threads) {
        Duration left = Duration.between(Instant.now(), deadline);
        if (!left.isPositive() || !thread.join(left)) {
          LOG.warn("thread does not end name={}", thread.getName());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
