package dev.orchestrator.raft.group;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the listeners on a thread of its own, in order of the changes. Thread-safe. */
final class ChangeNotifier implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(ChangeNotifier.class);
  private static final int MAX_WAITING = 256;
  private static final long POLL_MILLIS = 100;

  private final List<Consumer<RaftStatus>> listeners = new CopyOnWriteArrayList<>();
  private final BlockingQueue<RaftStatus> queue = new ArrayBlockingQueue<>(MAX_WAITING);
  private volatile boolean stopping;

  void add(Consumer<RaftStatus> listener) {
    listeners.add(listener);
  }

  /** If the listeners are too slow the oldest change is forgotten: the newest is what counts. */
  void changed(RaftStatus status) {
    while (!queue.offer(status)) {
      queue.poll();
    }
  }

  void stop() {
    stopping = true;
  }

  @Override
  public void run() {
    try {
      while (!stopping || !queue.isEmpty()) {
        RaftStatus status = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (status != null) {
          listeners.forEach(listener -> call(listener, status));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void call(Consumer<RaftStatus> listener, RaftStatus status) {
    try {
      listener.accept(status);
    } catch (RuntimeException e) {
      log.error("a listener of Raft changes failed", e);
    }
  }
}
