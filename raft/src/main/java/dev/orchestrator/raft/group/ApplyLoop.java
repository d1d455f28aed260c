package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.SnapshotInfo;
import dev.orchestrator.raft.port.SnapshotStorage;
import dev.orchestrator.raft.port.StateImage;
import dev.orchestrator.raft.port.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies committed entries in order, and between them makes the state safe, pins it or replaces
 * it; the only thread that touches the state machine. Work is handed in and its outcome taken by
 * raft-loop.
 */
final class ApplyLoop<R> implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(ApplyLoop.class);
  private static final int MAX_WAITING = 16;
  private static final long POLL_MILLIS = 100;

  /** Who asks for one change waits for those it is applied with: not for many. */
  private static final int MAX_TOGETHER = 64;

  private sealed interface Work {
    record Apply(List<LogEntry> entries) implements Work {}

    record Sync() implements Work {}

    record Pin() implements Work {}

    record Install(SnapshotInfo snapshot) implements Work {}
  }

  private final StateMachine<R> stateMachine;
  private final SnapshotStorage snapshots;
  private final PendingProposals<R> proposals;
  private final Runnable wakeLoop;
  private final BiConsumer<String, Throwable> fatal;
  private final BlockingQueue<Work> queue = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AtomicLong syncedIndex = new AtomicLong(-1);
  private final AtomicReference<@Nullable StateImage> image = new AtomicReference<>();
  private final AtomicReference<Input.@Nullable SnapshotInstalled> installed =
      new AtomicReference<>();

  /** Whether the state knows its cluster; confined to raft-apply. */
  private boolean bound;

  private volatile boolean pinning;
  private volatile long appliedIndex;
  private volatile boolean stopping;

  ApplyLoop(
      StateMachine<R> stateMachine,
      SnapshotStorage snapshots,
      long appliedIndex,
      PendingProposals<R> proposals,
      Runnable wakeLoop,
      BiConsumer<String, Throwable> fatal) {
    this.stateMachine = stateMachine;
    this.bound = stateMachine.clusterId().isPresent();
    this.snapshots = snapshots;
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
    queue.add(new Work.Apply(entries));
  }

  /** Asks for the state to be made safe; false if the queue is full. */
  boolean requestSync() {
    return queue.offer(new Work.Sync());
  }

  /** Index up to which the state is safe, once after each request; -1 if there is no news. */
  long takeSyncedIndex() {
    return syncedIndex.getAndSet(-1);
  }

  /** Asks for an image of the state; nothing happens if the queue is full. */
  void requestImage() {
    pinning = true;
    if (!queue.offer(new Work.Pin())) {
      pinning = false;
    }
  }

  /** Whether an image was asked for and is not there yet. */
  boolean isPinning() {
    return pinning;
  }

  /** The image that was asked for, once; the caller closes it. */
  @Nullable StateImage takeImage() {
    return image.getAndSet(null);
  }

  /** Asks for the state to be replaced behind what was handed in; false if the queue is full. */
  boolean install(SnapshotInfo snapshot) {
    return queue.offer(new Work.Install(snapshot));
  }

  /** What became of an installation, once. */
  Input.@Nullable SnapshotInstalled takeInstalled() {
    return installed.getAndSet(null);
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
        Work work = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (work == null) {
          continue;
        }
        switch (work) {
          case Work.Apply(List<LogEntry> entries) -> apply(entries);
          case Work.Sync _ -> syncedIndex.set(stateMachine.sync().index());
          case Work.Pin _ -> pin();
          case Work.Install(SnapshotInfo snapshot) ->
              install(snapshot.lastIncluded().id(), snapshot);
        }
        wakeLoop.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      fatal.accept("cannot apply the entry behind index " + appliedIndex, e);
    } finally {
      StateImage unread = image.getAndSet(null);
      if (unread != null) {
        unread.close();
      }
    }
  }

  private void apply(List<LogEntry> entries) {
    List<LogEntry.Command> together = new ArrayList<>();
    for (LogEntry entry : entries) {
      if (stopping) {
        return;
      }
      if (entry instanceof LogEntry.Command command) {
        together.add(command);
        if (together.size() == MAX_TOGETHER) {
          applyAll(together);
        }
      } else {
        applyAll(together);
        pass(entry);
      }
    }
    applyAll(together);
  }

  /** Applies what was gathered and empties the list. */
  private void applyAll(List<LogEntry.Command> together) {
    if (together.isEmpty()) {
      return;
    }
    List<R> results = stateMachine.applyAll(List.copyOf(together));
    appliedIndex = together.getLast().index();
    for (int i = 0; i < results.size(); i++) {
      proposals.applied(together.get(i).id(), results.get(i));
    }
    together.clear();
  }

  private void pass(LogEntry entry) {
    switch (entry) {
      case LogEntry.Command _ -> throw new IllegalArgumentException(entry + " is to be applied");
      case LogEntry.MembershipChange change -> {
        if (!bound) {
          stateMachine.bindTo(change.membership().clusterId());
          bound = true;
        }
        advance(change);
      }
      case LogEntry.NoOp noOp -> advance(noOp);
    }
  }

  private void advance(LogEntry entry) {
    stateMachine.advance(entry.id());
    appliedIndex = entry.index();
  }

  private void pin() {
    try {
      image.set(stateMachine.image());
    } catch (RuntimeException e) {
      log.warn("cannot take an image of the state; it is tried again", e);
    } finally {
      pinning = false; // after the image is there, so that nobody sees neither
    }
  }

  /** All or nothing; if nothing, the snapshot was no good and is fetched anew. */
  private void install(LogId id, SnapshotInfo snapshot) {
    try (InputStream received = snapshots.open(snapshot)) {
      stateMachine.restore(id, received);
      stateMachine.sync(); // before the log, which led to the former state, is reset
      // The former state may have been ahead; what was safe in it is to be applied again.
      syncedIndex.accumulateAndGet(id.index(), Math::min);
      appliedIndex = id.index();
      proposals.passed(id.index());
      log.info("installed {}", snapshot);
      installed.set(new Input.SnapshotInstalled(snapshot, true));
    } catch (IOException | RuntimeException e) {
      log.warn("cannot install {}; it is fetched again", snapshot, e);
      installed.set(new Input.SnapshotInstalled(snapshot, false));
    }
  }
}
