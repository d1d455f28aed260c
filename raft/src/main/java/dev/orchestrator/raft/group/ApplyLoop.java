package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.port.StateMachine;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Applies committed entries in order; the only thread that touches the state machine. */
final class ApplyLoop<R> implements Runnable {
  private static final int MAX_WAITING = 16;
  private static final long POLL_MILLIS = 100;

  private final StateMachine<R> stateMachine;
  private final PendingProposals<R> proposals;
  private final Runnable wakeLoop;
  private final BiConsumer<String, Throwable> fatal;
  private final BlockingQueue<List<LogEntry>> queue = new ArrayBlockingQueue<>(MAX_WAITING);
  private volatile long appliedIndex;
  private volatile boolean stopping;

  ApplyLoop(
      StateMachine<R> stateMachine,
      long appliedIndex,
      PendingProposals<R> proposals,
      Runnable wakeLoop,
      BiConsumer<String, Throwable> fatal) {
    this.stateMachine = stateMachine;
    this.appliedIndex = appliedIndex;
    this.proposals = proposals;
    this.wakeLoop = wakeLoop;
    this.fatal = fatal;
  }

  /** Whether {@link #hand} would take another batch now. */
  boolean hasRoom() {
    return queue.remainingCapacity() > 0;
  }

  /** Batches of committed entries that wait. */
  int waiting() {
    return queue.size();
  }

  /** Queues committed entries; only after {@link #hasRoom}, only by raft-loop. */
  void hand(List<LogEntry> entries) {
    queue.add(entries);
  }

  long appliedIndex() {
    return appliedIndex;
  }

  /** Ends after the entry in hand. */
  void stop() {
    stopping = true;
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        List<LogEntry> entries = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (entries == null) {
          continue;
        }
        for (LogEntry entry : entries) {
          if (stopping) {
            return;
          }
          apply(entry);
        }
        wakeLoop.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      fatal.accept("cannot apply the entry behind index " + appliedIndex, e);
    }
  }

  private void apply(LogEntry entry) {
    switch (entry) {
      case LogEntry.Command command -> {
        R result = stateMachine.apply(command.id(), command.bytes());
        appliedIndex = command.index();
        proposals.applied(command.id(), result);
      }
      case LogEntry.NoOp _, LogEntry.MembershipChange _ -> {
        stateMachine.advance(entry.id());
        appliedIndex = entry.index();
      }
    }
  }
}
