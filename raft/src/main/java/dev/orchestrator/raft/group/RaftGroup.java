package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftLog;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.net.FrameLimits;
import dev.orchestrator.raft.net.HostPort;
import dev.orchestrator.raft.net.NettyTransport;
import dev.orchestrator.raft.port.LogStorage;
import dev.orchestrator.raft.port.MonotonicClock;
import dev.orchestrator.raft.port.StateMachine;
import dev.orchestrator.raft.port.Transport;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running member: its threads and its sockets. Futures of proposals complete on raft-apply or
 * raft-loop; what is chained to them must be quick or asynchronous. Thread-safe.
 *
 * @param <R> what the state machine answers to an applied command
 */
public final class RaftGroup<R> implements RaftMember<R> {
  private static final Logger log = LoggerFactory.getLogger(RaftGroup.class);
  private static final long STOP_TIMEOUT_MILLIS = 10_000;
  private static final Duration CLOSE_TRANSFER_TIMEOUT = Duration.ofSeconds(1);

  private final RaftConfig config;
  private final LogStorage storage;
  private final MonotonicClock clock = MonotonicClock.system();
  private final ChangeNotifier notifier = new ChangeNotifier();
  private final StatusBoard board;
  private final RaftLoop<R> loop;
  private final NoteBox notes;
  private final LogWriter writer;
  private final ApplyLoop<R> applyLoop;
  private final Transport transport;
  private final SnapshotWorker snapshotWorker;
  private final Thread loopThread;
  private final Thread writerThread;
  private final Thread applyThread;
  private final Thread snapshotThread;
  private final Thread notifierThread;
  private final Thread notesThread;
  private final MemberMetrics metrics = new MemberMetrics();
  private final PendingProposals<R> proposals = new PendingProposals<>();
  private final AtomicBoolean failed = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Loads the log, listens, and takes part. Returns before there is a leader.
   *
   * @param storage is closed with the member
   * @throws RaftException the address is taken; the storage is left open
   */
  public static <R> RaftGroup<R> start(
      RaftConfig config, LogStorage storage, StateMachine<R> stateMachine) {
    return new RaftGroup<>(config, storage, stateMachine);
  }

  private RaftGroup(RaftConfig config, LogStorage storage, StateMachine<R> stateMachine) {
    this.config = config;
    this.storage = storage;
    RaftLog raftLog = new RaftLog(storage, config.limits().cacheBytes(), storage.lastIncluded());
    HardState hardState = storage.load(raftLog::restore);
    LogId applied = stateMachine.applied();
    MemberId self = new MemberId(config.selfName(), storage.incarnation());
    SecureRandom random = new SecureRandom();
    RaftNode node =
        new RaftNode(
            self,
            config.timings(),
            config.limits(),
            hardState,
            raftLog,
            applied,
            clock.nowMillis(),
            random.nextLong());
    BootstrapRule bootstrap = new BootstrapRule(self, config.memberNames(), config.bootstrap());
    NodesRequest request =
        NodesRequest.atStart(
            config.memberNames(),
            config.folder().map(RememberedNodes::new).orElse(null),
            node.membership());
    this.board = new StatusBoard(node, notifier, metrics);
    MembershipWatch members =
        new MembershipWatch(
            node, bootstrap, request, random, stateMachine.clusterId(), clock.nowMillis());
    this.loop = new RaftLoop<>(node, clock, members, proposals, board, this::onFatal);
    this.writer = new LogWriter(storage, loop::wake, this::onFatal, metrics.syncs);
    this.applyLoop =
        new ApplyLoop<>(
            stateMachine,
            storage.snapshots(),
            applied.index(),
            proposals,
            loop::wake,
            this::onFatal);
    this.notes = new NoteBox(loop);
    this.transport = openTransport(config, members, notes);
    this.snapshotWorker = new SnapshotWorker(storage.snapshots(), transport::send, loop::wake);
    Compactor compactor = new Compactor(config.compaction(), clock.nowMillis());
    this.snapshotThread = thread("raft-snapshot", snapshotWorker);
    this.loopThread = thread("raft-loop", loop);
    this.writerThread = thread("raft-log", writer);
    this.applyThread = thread("raft-apply", applyLoop);
    this.notifierThread = thread("raft-notify", notifier);
    this.notesThread = thread("raft-notes", notes);
    loop.begin(transport, writer, applyLoop, new SnapshotDriver(snapshotWorker, compactor));
    log.info(
        "member {} starts term={} last={} applied={} members={}",
        self,
        hardState.term(),
        raftLog.lastId(),
        applied,
        config.memberNames());
    notifierThread.start();
    notesThread.start();
    writerThread.start();
    applyThread.start();
    snapshotThread.start();
    loopThread.start();
  }

  private static Transport openTransport(
      RaftConfig config, MembershipWatch members, Transport.Receiver receiver) {
    try {
      return new NettyTransport(
          HostPort.parse(config.bindAddress()),
          members.peerNames(),
          members.identity(),
          receiver,
          config.link());
    } catch (IOException e) {
      throw new RaftException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Thread thread(String name, Runnable body) {
    return Thread.ofPlatform().daemon().name(name).unstarted(body);
  }

  @Override
  public CompletableFuture<R> propose(byte[] command) {
    if (command.length > FrameLimits.MAX_COMMAND_BYTES) {
      throw new IllegalArgumentException(
          "need a command of at most "
              + FrameLimits.MAX_COMMAND_BYTES
              + " bytes, got "
              + command.length);
    }
    long begun = System.nanoTime();
    CompletableFuture<R> future = loop.inbox().propose(command.clone());
    var _ =
        future.whenComplete(
            (_, failure) -> {
              if (failure == null) {
                metrics.proposals.record(System.nanoTime() - begun);
              } else {
                metrics.proposalsFailed.increment();
              }
            });
    return future;
  }

  @Override
  public RaftMetrics metrics() {
    return new RaftMetrics(
        board.status(),
        metrics.electionsStarted.sum(),
        metrics.electionsWon.sum(),
        metrics.leaderChanges.sum(),
        metrics.proposals.snapshot(),
        metrics.proposalsFailed.sum(),
        metrics.syncs.snapshot(),
        new RaftMetrics.Queues(
            loop.inbox().waiting(), writer.waiting(), applyLoop.waiting(), proposals.waiting()),
        transport.linkMetrics(),
        transport.refusedConnections());
  }

  @Override
  public long readBarrier(Duration timeout)
      throws NotLeaderException, TimeoutException, InterruptedException {
    CompletableFuture<Long> applied = loop.inbox().readBarrier();
    try {
      return applied.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case NotLeaderException notLeader -> throw notLeader;
        case TimeoutException overloaded -> throw overloaded;
        case null, default -> throw new RaftException("the read barrier failed", e);
      }
    } finally {
      applied.cancel(false); // nobody waits for it any more
    }
  }

  @Override
  public boolean transferLeadership(Optional<String> to, Duration timeout)
      throws InterruptedException {
    long timeoutMillis = timeout.toMillis();
    CompletableFuture<Boolean> moved = loop.inbox().transferLeadership(to, timeoutMillis);
    try {
      return moved.get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.info("leadership has not moved within {} ms", timeoutMillis);
      return false;
    } catch (ExecutionException e) {
      throw new RaftException("the leadership transfer failed", e);
    } finally {
      moved.cancel(false);
    }
  }

  @Override
  public long compact(Duration timeout) throws TimeoutException, InterruptedException {
    CompletableFuture<Long> cut = loop.inbox().compact();
    try {
      return cut.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new RaftException("the log cannot be cut", e);
    } finally {
      cut.cancel(false);
    }
  }

  @Override
  public boolean refetchState() {
    boolean asked = loop.refetchState();
    log.info("the state is to be fetched from the leader, asked={}", asked);
    return asked;
  }

  @Override
  public void beFit(boolean fit) {
    loop.beFit(fit);
  }

  @Override
  public void changeMembers(MemberChange change, Duration timeout)
      throws NotLeaderException, TimeoutException, InterruptedException {
    if (change instanceof MemberChange.Remove(String name)
        && name.equals(config.selfName())
        && board.status().role() == RoleName.LEADER
        && board.status().voters().size() > 1) {
      log.info("asked to leave the group: handing over first");
      transferLeadership(Optional.empty(), timeout);
      throw new NotLeaderException(
          board.status().leader().filter(this::isOther).map(MemberId::name));
    }
    CompletableFuture<Void> done = loop.inbox().changeMembers(change);
    try {
      done.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case NotLeaderException notLeader -> throw notLeader;
        case RaftException refused ->
            throw new RaftException(String.valueOf(refused.getMessage()), e);
        case null, default -> throw new RaftException("the membership change failed", e);
      }
    } finally {
      done.cancel(false);
    }
  }

  private boolean isOther(MemberId member) {
    return !member.name().equals(config.selfName());
  }

  /** So that the group need not find out by itself that its leader is gone. */
  private void handOverBeforeClose() {
    if (failed.get() || board.status().role() != RoleName.LEADER) {
      return;
    }
    try {
      boolean moved = transferLeadership(Optional.empty(), CLOSE_TRANSFER_TIMEOUT);
      log.info("closing as the leader, handed over={}", moved);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean tell(String member, byte[] note) {
    if (note.length > FrameLimits.MAX_NOTE_BYTES) {
      throw new IllegalArgumentException(
          "need a note of at most " + FrameLimits.MAX_NOTE_BYTES + " bytes, got " + note.length);
    }
    return !closed.get() && transport.tell(member, note);
  }

  @Override
  public void onNote(BiConsumer<String, byte[]> listener) {
    notes.add(listener);
  }

  @Override
  public RaftStatus status() {
    return board.status();
  }

  @Override
  public boolean leaderCheck() {
    StatusBoard.QuorumContact contact = board.contact();
    return !failed.get()
        && contact.leads()
        && board.status().leaderReady()
        && clock.nowMillis() - contact.contactMillis() < config.timings().leaderCheckMillis();
  }

  @Override
  public void onChange(Consumer<RaftStatus> listener) {
    notifier.add(listener);
  }

  /** The first failure stops voting and answering, then tells the owner, who ends the process. */
  private void onFatal(String what, Throwable cause) {
    if (!failed.compareAndSet(false, true)) {
      log.error("{} as well", what, cause);
      return;
    }
    log.error("{}: this member stops", what, cause);
    loop.stop();
    applyLoop.stop();
    snapshotWorker.stop();
    transport.close();
    config.fatalHandler().onFatal(what, cause);
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    handOverBeforeClose();
    transport.close();
    loop.stop();
    join(loopThread);
    applyLoop.stop();
    snapshotWorker.stop();
    writer.stop();
    notifier.stop();
    notesThread.interrupt();
    join(notesThread);
    join(applyThread);
    join(snapshotThread);
    join(notifierThread);
    if (join(writerThread)) {
      storage.close();
    } else {
      log.error("the Raft log is left open: a write has not come back");
    }
  }

  private static boolean join(Thread thread) {
    if (thread.equals(Thread.currentThread())) {
      return false; // closed from within: it ends by itself
    }
    try {
      thread.join(STOP_TIMEOUT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  @Override
  public String toString() {
    return config.selfName() + " of " + config.memberNames();
  }
}
