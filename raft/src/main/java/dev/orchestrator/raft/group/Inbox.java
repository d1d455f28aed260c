package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.group.ProposalException.Kind;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * The front door of the loop: what other threads want of it, until its next turn. Full, it refuses
 * by name what somebody waits for, and drops messages, which Raft sends again. Thread-safe.
 */
final class Inbox<R> {
  private static final int CAPACITY = 8192;
  private static final String FULL = "the inbox is full; try again";
  private static final String STOPPED = "this member has stopped";

  /** Something wanted. */
  sealed interface Event<R> {
    record Step<R>(Input input) implements Event<R> {}

    final class Proposal<R> implements Event<R> {
      final byte[] command;
      final CompletableFuture<R> future;

      Proposal(byte[] command, CompletableFuture<R> future) {
        this.command = command;
        this.future = future;
      }
    }

    record Compact<R>(CompletableFuture<Long> future) implements Event<R> {}

    record Read<R>(CompletableFuture<Long> future) implements Event<R> {}

    record Change<R>(MemberChange change, CompletableFuture<Void> future) implements Event<R> {}

    record Transfer<R>(Optional<String> to, long timeoutMillis, CompletableFuture<Boolean> future)
        implements Event<R> {}
  }

  private final BlockingQueue<Event<R>> events = new ArrayBlockingQueue<>(CAPACITY);
  private final Runnable wake;
  private volatile boolean closed;

  /**
   * @param wake called after each event but {@link #step}'s
   */
  Inbox(Runnable wake) {
    this.wake = wake;
  }

  /** An input of the node; false if it was dropped. The caller sees to it that the loop looks. */
  boolean step(Input input) {
    return events.offer(new Event.Step<>(input));
  }

  /** Completes as {@link RaftMember#propose} says. */
  CompletableFuture<R> propose(byte[] command) {
    CompletableFuture<R> future = new CompletableFuture<>();
    Event<R> proposal = new Event.Proposal<>(command, future);
    if (!add(proposal)) {
      PendingProposals.fail(future, Kind.OVERLOADED, FULL);
    }
    return future;
  }

  /** Completes with the applied index once a read may rely on it. */
  CompletableFuture<Long> readBarrier() {
    CompletableFuture<Long> future = new CompletableFuture<>();
    if (!add(new Event.Read<>(future))) {
      future.completeExceptionally(new TimeoutException(FULL));
    }
    return future;
  }

  /** Completes with the log's first index once it is cut. */
  CompletableFuture<Long> compact() {
    CompletableFuture<Long> future = new CompletableFuture<>();
    if (!add(new Event.Compact<>(future))) {
      future.completeExceptionally(new RaftException(FULL));
    }
    return future;
  }

  /** Completes when the change is through. */
  CompletableFuture<Void> changeMembers(MemberChange change) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    if (!add(new Event.Change<>(change, future))) {
      future.completeExceptionally(new RaftException(FULL));
    }
    return future;
  }

  /** Completes with whether another member leads now. */
  CompletableFuture<Boolean> transferLeadership(Optional<String> to, long timeoutMillis) {
    CompletableFuture<Boolean> future = new CompletableFuture<>();
    if (!add(new Event.Transfer<>(to, timeoutMillis, future))) {
      future.complete(false);
    }
    return future;
  }

  private boolean add(Event<R> event) {
    if (!events.offer(event)) {
      wake.run();
      return false;
    }
    if (closed && events.remove(event)) { // nobody looks into it any more
      refuse(event);
    } else {
      wake.run();
    }
    return true;
  }

  /** Events that wait. */
  int waiting() {
    return events.size();
  }

  /** Moves at most so many events into the batch. */
  void drainTo(List<Event<R>> batch, int max) {
    events.drainTo(batch, max);
  }

  /** Refuses what waits and whatever comes. */
  void close() {
    closed = true;
    for (Event<R> event = events.poll(); event != null; event = events.poll()) {
      refuse(event);
    }
  }

  private void refuse(Event<R> event) {
    switch (event) {
      case Event.Proposal<R> proposal ->
          PendingProposals.fail(proposal.future, Kind.NOT_LEADER, STOPPED);
      case Event.Compact<R>(CompletableFuture<Long> future) ->
          future.completeExceptionally(new RaftException(STOPPED));
      case Event.Read<R>(CompletableFuture<Long> future) ->
          PendingReads.notLeader(future, Optional.empty());
      case Event.Transfer<R> transfer -> transfer.future().complete(false);
      case Event.Change<R>(MemberChange _, CompletableFuture<Void> future) ->
          PendingReads.notLeader(future, Optional.empty());
      case Event.Step<R> _ -> {}
    }
  }
}
