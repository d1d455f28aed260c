package dev.orchestrator.store.sql;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one writer in at a time. Apply goes first: while it waits, no other writer enters, so it
 * waits for at most one small batch (rule T2). Thread-safe.
 */
final class WriteGate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean taken;
  private int applyWaiting;

  /**
   * Enters as apply.
   *
   * @throws StoreException the gate stayed taken for the whole time
   */
  void enterFirst(Duration timeout) {
    lock.lock();
    try {
      applyWaiting++;
      try {
        await(timeout, false);
      } finally {
        applyWaiting--;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Enters behind apply.
   *
   * @throws StoreException the gate stayed taken, or apply always went first
   */
  void enter(Duration timeout) {
    lock.lock();
    try {
      await(timeout, true);
    } finally {
      lock.unlock();
    }
  }

  void leave() {
    lock.lock();
    try {
      taken = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void await(Duration timeout, boolean yieldToApply) {
    long left = timeout.toNanos();
    try {
      while (taken || (yieldToApply && applyWaiting > 0)) {
        if (left <= 0) {
          throw new StoreException("the backend's writer was busy for " + timeout);
        }
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while waiting for the backend's writer", e);
    }
    taken = true;
  }
}
