package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.Ready;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.group.Inbox.Event;
import dev.orchestrator.raft.group.ProposalException.Kind;
import dev.orchestrator.raft.port.MonotonicClock;
import dev.orchestrator.raft.port.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Drives the {@link RaftNode} in turns: takes what waits, thinks, hands out the work. A turn blocks
 * on nothing (but on a read of old entries for a follower far behind).
 *
 * <p>A turn is taken on the network thread wherever that thread can be had: what it has just
 * received need not be handed to another thread, nor what is to be sent, and each hand-over that is
 * saved is one wake-up less on the way of every entry. The thread raft-loop sees to it that there
 * is a turn as often as {@link RaftNode#restMillis} wants, takes those that the network thread does
 * not get to, and begins and ends the whole. Turns exclude each other by a lock; what is confined
 * to raft-loop is confined to its holder.
 */
final class RaftLoop<R> implements Runnable, Transport.Receiver {
  private static final int MAX_BATCH = 512;

  /** While a read waits for the next millisecond. */
  private static final long SHORT_TICK_MILLIS = 1;

  private static final int MAX_APPLY_BATCH_BYTES = 1 << 20;
  private static final long MAX_APPLY_LAG = 8192;

  /** What a turn hands its work to. */
  private record Neighbours<R>(
      Transport toPeers, LogWriter toDisk, ApplyLoop<R> toState, SnapshotDriver toSnapshots) {}

  private final RaftNode node;
  private final MonotonicClock clock;
  private final Inbox<R> inbox = new Inbox<>(this::wake);
  private final PendingProposals<R> proposals;
  private final PendingReads reads = new PendingReads();
  private final PendingTransfers transfers = new PendingTransfers();
  private final StatusBoard board;
  private final MembershipWatch members;
  private final BiConsumer<String, Throwable> fatal;
  private final List<Event<R>> batch = new ArrayList<>();

  private final ReentrantLock turn = new ReentrantLock();

  /** A turn is on its way that has not begun yet. */
  private final AtomicBoolean turnAsked = new AtomicBoolean();

  private final Runnable askedTurn = this::takeAskedTurn;

  // Set by begin, before the thread starts.
  private volatile @Nullable Neighbours<R> neighbours;
  private volatile @Nullable Thread thread;

  // Written in turns.
  private long lastPersisted;
  private boolean toldFit = true;
  private long turnCount;
  private volatile long turns;
  private volatile long restMillis = SHORT_TICK_MILLIS;
  private volatile @Nullable Throwable failure;

  private volatile boolean fit = true;
  private volatile boolean stopping;

  RaftLoop(
      RaftNode node,
      MonotonicClock clock,
      MembershipWatch members,
      PendingProposals<R> proposals,
      StatusBoard board,
      BiConsumer<String, Throwable> fatal) {
    this.node = node;
    this.clock = clock;
    this.members = members;
    this.proposals = proposals;
    this.board = board;
    this.fatal = fatal;
  }

  /** Gives the loop its neighbours; before its thread starts. */
  void begin(
      Transport transport, LogWriter writer, ApplyLoop<R> applyLoop, SnapshotDriver snapshots) {
    neighbours = new Neighbours<>(transport, writer, applyLoop, snapshots);
  }

  /** Where other threads put what they want. */
  Inbox<R> inbox() {
    return inbox;
  }

  /** Any thread: whether the state is going to be fetched from the leader. */
  boolean refetchState() {
    RaftStatus now = board.status();
    boolean follows = now.role() == RoleName.FOLLOWER && now.leader().isPresent();
    boolean asked = follows && !stopping && inbox.step(new Input.RefetchState());
    wake();
    return asked;
  }

  /** Any thread: taken in with the next turn. */
  void beFit(boolean nowFit) {
    fit = nowFit;
    wake();
  }

  /** Any thread: there is something for a turn. */
  void wake() {
    if (turnAsked.compareAndSet(false, true) && !askNetwork()) {
      LockSupport.unpark(thread);
    }
  }

  private boolean askNetwork() {
    Neighbours<R> now = neighbours;
    return now != null && now.toPeers().run(askedTurn);
  }

  @Override
  public void onMessage(MemberId from, RaftMessage message) {
    // A full inbox drops it: Raft sends again.
    var _ = inbox.step(new Input.Receive(from, message));
  }

  @Override
  public void onReceived() {
    takeTurn();
  }

  @Override
  public void onPeerLost(MemberId member) {
    // Only hurries what a timer does anyhow, so it may be dropped as well.
    var _ = inbox.step(new Input.PeerLost(member));
    wake();
  }

  /** No turn after this one. */
  void stop() {
    stopping = true;
    LockSupport.unpark(thread);
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    try {
      while (!stopping && failure == null) {
        long seen = turns;
        if (seen > 0) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(restMillis));
        }
        if (Thread.interrupted()) {
          Thread.currentThread().interrupt();
          break;
        }
        boolean asked = !turnAsked.compareAndSet(false, true);
        boolean theirs = turns != seen || (!asked && askNetwork());
        if (!theirs) {
          takeTurn();
        }
      }
      Throwable cause = failure;
      if (cause != null) {
        fatal.accept("the Raft algorithm failed", cause);
      }
    } finally {
      end();
    }
  }

  /** Unless another one came first. */
  private void takeAskedTurn() {
    if (turnAsked.get()) {
      takeTurn();
    }
  }

  /** Does nothing before the beginning and after the end. */
  private void takeTurn() {
    Neighbours<R> to = neighbours;
    if (to == null || thread == null) {
      return;
    }
    turn.lock();
    try {
      if (!stopping && failure == null) {
        turnAsked.set(false); // before the inbox is looked into: what comes later asks again
        turn(to);
        turns = ++turnCount;
      }
    } catch (RuntimeException | Error e) {
      failure = e;
      LockSupport.unpark(thread);
    } finally {
      turn.unlock();
    }
  }

  private void turn(Neighbours<R> to) {
    if (toldFit != fit) {
      toldFit = !toldFit;
      node.step(new Input.Fitness(toldFit));
    }
    long nowMillis = clock.nowMillis();
    node.step(new Input.Tick(nowMillis));
    inbox.drainTo(batch, MAX_BATCH);
    for (Event<R> event : batch) {
      take(event, to, nowMillis);
    }
    boolean more = batch.size() == MAX_BATCH;
    batch.clear();
    long persisted = to.toDisk().persistedSequence();
    if (persisted != lastPersisted) {
      lastPersisted = persisted;
      node.step(new Input.Persisted(persisted));
    }
    to.toSnapshots().before(node, to.toState(), nowMillis);
    members.before(to.toPeers(), nowMillis);
    Ready ready = node.takeReady();
    ready.replies().forEach(proposals::settle);
    ready.reads().forEach(answer -> reads.settle(answer, node.leader()));
    board.publishContact(); // an abdication shows here before the successor can learn of it
    members.identify(to.toPeers());
    Ready.Write write = ready.write();
    if (write != null && !to.toDisk().submit(write)) {
      throw new IllegalStateException("the disk is too far behind: the queue of writes is full");
    }
    if (!ready.messages().isEmpty()) {
      for (Ready.Outbound message : ready.messages()) {
        to.toPeers().send(message.to(), message.message());
      }
      to.toPeers().flush();
    }
    to.toSnapshots().after(node, ready.snapshots(), to.toState(), nowMillis);
    handCommitted(to.toState());
    long applied = to.toState().appliedIndex();
    if (board.publish(applied, members.waitingFor())) {
      proposals.leadershipLost(node.commitIndex());
    }
    reads.applied(applied);
    transfers.settle(node);
    members.changes().settle(node);
    if (more) {
      wake();
    }
    rest(node.hasUnsentReads() ? SHORT_TICK_MILLIS : node.restMillis());
  }

  private void rest(long millis) {
    boolean sooner = millis < restMillis;
    restMillis = millis;
    if (sooner) {
      LockSupport.unpark(thread);
    }
  }

  private void take(Event<R> event, Neighbours<R> to, long nowMillis) {
    switch (event) {
      case Event.Step<R>(Input input) -> node.step(input);
      case Event.Proposal<R> proposal -> {
        if (node.commitIndex() - to.toState().appliedIndex() > MAX_APPLY_LAG) {
          PendingProposals.fail(
              proposal.future, Kind.OVERLOADED, "the state machine lags behind; try again");
          return;
        }
        long token = proposals.register(proposal.future);
        node.step(new Input.Propose(token, proposal.command));
      }
      case Event.Read<R>(CompletableFuture<Long> future) -> {
        long token = reads.register(future);
        node.step(new Input.Read(token));
      }
      case Event.Transfer<R> transfer -> takeTransfer(transfer);
      case Event.Compact<R>(CompletableFuture<Long> future) -> to.toSnapshots().compact(future);
      case Event.Change<R>(MemberChange change, CompletableFuture<Void> future) ->
          members.changes().begin(node, to.toPeers().peers(), change, future, nowMillis);
    }
  }

  private void takeTransfer(Event.Transfer<R> transfer) {
    Optional<MemberId> to =
        transfer
            .to()
            .flatMap(
                name ->
                    node.membership().stream()
                        .flatMap(membership -> membership.voters().stream())
                        .filter(voter -> voter.name().equals(name))
                        .findFirst());
    if (node.role() == RoleName.LEADER && to.isPresent() == transfer.to().isPresent()) {
      node.step(new Input.TransferLeadership(to.orElse(null), transfer.timeoutMillis()));
      transfers.add(transfer.future());
    } else {
      transfer.future().complete(false);
    }
  }

  private void handCommitted(ApplyLoop<R> toState) {
    while (toState.hasRoom()) {
      List<LogEntry> entries = node.takeCommitted(MAX_APPLY_BATCH_BYTES);
      if (entries.isEmpty()) {
        return;
      }
      toState.hand(entries);
    }
  }

  /** From now on this member leads nothing, follows nobody and votes for nobody. */
  private void end() {
    stopping = true;
    turn.lock(); // behind the last turn
    try {
      board.stopped();
      proposals.stopped();
      reads.stopped();
      transfers.stopped();
      members.changes().stopped();
      Neighbours<R> to = neighbours;
      if (to != null) {
        to.toSnapshots().stopped();
      }
      inbox.close();
    } finally {
      turn.unlock();
    }
  }
}
