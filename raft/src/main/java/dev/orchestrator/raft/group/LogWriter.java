package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.Ready.Write;
import dev.orchestrator.raft.port.LogStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the log on a thread of its own, all that waits in one sync, so that a slow disk stops
 * neither heartbeats nor answers (rule L5). {@link #submit} and {@link #persistedSequence} are
 * raft-loop's.
 */
final class LogWriter implements Runnable {
  private static final int MAX_WAITING = 1024;
  private static final long POLL_MILLIS = 100;

  private final LogStorage storage;
  private final Runnable wakeLoop;
  private final BiConsumer<String, Throwable> fatal;
  private final BlockingQueue<Write> queue = new ArrayBlockingQueue<>(MAX_WAITING);
  private volatile long persistedSequence;
  private volatile boolean stopping;

  LogWriter(LogStorage storage, Runnable wakeLoop, BiConsumer<String, Throwable> fatal) {
    this.storage = storage;
    this.wakeLoop = wakeLoop;
    this.fatal = fatal;
  }

  /** Queues a write; false if the disk is so far behind that the queue is full. */
  boolean submit(Write write) {
    return queue.offer(write);
  }

  /** Whether a write waits for the one before it to reach the disk. */
  boolean isBehind() {
    return !queue.isEmpty();
  }

  /** Sequence of the last write that is on disk. */
  long persistedSequence() {
    return persistedSequence;
  }

  /** Ends once what waits is written. */
  void stop() {
    stopping = true;
  }

  @Override
  public void run() {
    List<Write> waiting = new ArrayList<>();
    try {
      while (!stopping || !queue.isEmpty()) {
        Write first = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        waiting.add(first);
        queue.drainTo(waiting);
        Write merged = merge(waiting);
        storage.persist(merged.hardState(), merged.truncateFrom(), merged.append());
        persistedSequence = merged.sequence();
        waiting.clear();
        wakeLoop.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      fatal.accept("cannot write the Raft log", e);
    }
  }

  /** Several writes in order as one with the same effect. */
  static Write merge(List<Write> writes) {
    HardState hardState = null;
    long truncateFrom = 0;
    List<LogEntry> entries = new ArrayList<>();
    for (Write write : writes) {
      hardState = newer(write.hardState(), hardState);
      if (write.truncateFrom() > 0) {
        truncateFrom =
            truncateFrom == 0 ? write.truncateFrom() : Math.min(truncateFrom, write.truncateFrom());
        while (!entries.isEmpty() && entries.getLast().index() >= write.truncateFrom()) {
          entries.removeLast();
        }
      }
      entries.addAll(write.append());
    }
    return new Write(writes.getLast().sequence(), hardState, truncateFrom, entries);
  }

  private static @Nullable HardState newer(@Nullable HardState newer, @Nullable HardState older) {
    return newer != null ? newer : older;
  }
}
