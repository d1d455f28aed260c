package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.Ready;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.group.ProposalException.Kind;
import dev.orchestrator.raft.port.MonotonicClock;
import dev.orchestrator.raft.port.Transport;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the {@link RaftNode}: takes what waits, thinks, hands out the work. It
 * blocks on nothing but its inbox (and on a read of old entries for a follower far behind).
 */
final class RaftLoop<R> implements Runnable, Transport.Receiver {
  private static final Logger log = LoggerFactory.getLogger(RaftLoop.class);
  private static final int INBOX_CAPACITY = 8192;
  private static final int MAX_BATCH = 512;
  private static final long TICK_MILLIS = 10;

  /** While a read waits for the next millisecond. */
  private static final long SHORT_TICK_MILLIS = 1;

  private static final int MAX_APPLY_BATCH_BYTES = 1 << 20;
  private static final long MAX_APPLY_LAG = 8192;
  private static final int CLUSTER_ID_BYTES = 16;
  private static final String LOG_LOST =
      "this member has a state but no log, it was lost or damaged: a leader has to let it in";
  private static final String STATE_WANTED =
      "the state is not what this log led to: it waits for a leader's log or snapshot";

  private sealed interface Event<R> {
    record Step<R>(Input input) implements Event<R> {}

    final class Proposal<R> implements Event<R> {
      final byte[] command;
      final CompletableFuture<R> future;

      Proposal(byte[] command, CompletableFuture<R> future) {
        this.command = command;
        this.future = future;
      }
    }

    record Wake<R>() implements Event<R> {}

    record Compact<R>(CompletableFuture<Long> future) implements Event<R> {}

    record Read<R>(CompletableFuture<Long> future) implements Event<R> {}

    record Change<R>(MemberChange change, CompletableFuture<Void> future) implements Event<R> {}

    record Transfer<R>(Optional<String> to, long timeoutMillis, CompletableFuture<Boolean> future)
        implements Event<R> {}
  }

  /** Times that leader-check needs, published with the status. */
  record QuorumContact(boolean leads, long contactMillis) {}

  private final RaftNode node;
  private final MonotonicClock clock;
  private final BootstrapRule bootstrap;
  private final NodesRequest request;
  private final RandomGenerator random;
  private final PendingProposals<R> proposals;
  private final PendingReads reads = new PendingReads();
  private final PendingTransfers transfers = new PendingTransfers();
  private final MemberChanges changes = new MemberChanges();
  private final ChangeNotifier notifier;
  private final MemberMetrics metrics;
  private final BiConsumer<String, Throwable> fatal;
  private final BlockingQueue<Event<R>> inbox = new ArrayBlockingQueue<>(INBOX_CAPACITY);
  private final AtomicBoolean wakePending = new AtomicBoolean();
  private final List<Event<R>> batch = new ArrayList<>();
  private final long startedAtMillis;

  // Set by begin, before the thread starts.
  private @Nullable Transport transport;
  private @Nullable LogWriter writer;
  private @Nullable ApplyLoop<R> applyLoop;
  private @Nullable SnapshotDriver snapshots;

  /** The cluster the state belonged to at the start. */
  private final Optional<String> stateClusterId;

  private @Nullable Membership namedMembership;
  private List<String> voterNames = List.of();
  private Transport.Identity identity;
  private List<String> waitingFor = List.of();
  private long lastPersisted;
  private boolean stateClusterChecked;
  private volatile RaftStatus status;
  private volatile QuorumContact contact = new QuorumContact(false, 0);
  private volatile boolean fit = true;
  private boolean toldFit = true;
  private volatile boolean stopping;

  RaftLoop(
      RaftNode node,
      MonotonicClock clock,
      BootstrapRule bootstrap,
      NodesRequest request,
      RandomGenerator random,
      PendingProposals<R> proposals,
      ChangeNotifier notifier,
      MemberMetrics metrics,
      Optional<String> stateClusterId,
      BiConsumer<String, Throwable> fatal) {
    this.node = node;
    this.stateClusterId = stateClusterId;
    this.clock = clock;
    this.bootstrap = bootstrap;
    this.request = request;
    this.random = random;
    this.proposals = proposals;
    this.notifier = notifier;
    this.metrics = metrics;
    this.fatal = fatal;
    this.startedAtMillis = clock.nowMillis();
    this.identity = identityNow();
    this.status = statusNow(node.commitIndex());
  }

  /** What the handshake is to say at first. */
  Transport.Identity identity() {
    return identity;
  }

  /** Gives the loop its neighbours; before its thread starts. */
  void begin(
      Transport newTransport,
      LogWriter newWriter,
      ApplyLoop<R> newApplyLoop,
      SnapshotDriver newSnapshots) {
    snapshots = newSnapshots;
    transport = newTransport;
    writer = newWriter;
    applyLoop = newApplyLoop;
  }

  RaftStatus status() {
    return status;
  }

  /** Events that wait. */
  int waiting() {
    return inbox.size();
  }

  QuorumContact contact() {
    return contact;
  }

  /** Any thread. */
  CompletableFuture<R> propose(byte[] command) {
    CompletableFuture<R> future = new CompletableFuture<>();
    Event<R> proposal = new Event.Proposal<>(command, future);
    if (!inbox.offer(proposal)) {
      PendingProposals.fail(future, Kind.OVERLOADED, "the inbox is full; try again");
    } else if (stopping && inbox.remove(proposal)) { // nobody looks into the inbox any more
      PendingProposals.fail(future, Kind.NOT_LEADER, "this member has stopped");
    }
    return future;
  }

  /** Any thread: whether the state is going to be fetched from the leader. */
  boolean refetchState() {
    RaftStatus now = status;
    boolean follows = now.role() == RoleName.FOLLOWER && now.leader().isPresent();
    return follows && !stopping && inbox.offer(new Event.Step<>(new Input.RefetchState()));
  }

  /** Any thread: completes with the applied index once a read may rely on it. */
  CompletableFuture<Long> readBarrier() {
    CompletableFuture<Long> future = new CompletableFuture<>();
    Event<R> read = new Event.Read<>(future);
    if (!inbox.offer(read)) {
      future.completeExceptionally(new TimeoutException("the inbox is full; try again"));
    } else if (stopping && inbox.remove(read)) {
      PendingReads.notLeader(future, Optional.empty());
    }
    return future;
  }

  /** Any thread: completes with the log's first index once it is cut. */
  CompletableFuture<Long> compact() {
    CompletableFuture<Long> future = new CompletableFuture<>();
    Event<R> compact = new Event.Compact<>(future);
    if (!inbox.offer(compact)) {
      future.completeExceptionally(new RaftException("the inbox is full; try again"));
    } else if (stopping && inbox.remove(compact)) {
      future.completeExceptionally(new RaftException("this member has stopped"));
    }
    return future;
  }

  /** Any thread: completes when the change is through. */
  CompletableFuture<Void> changeMembers(MemberChange change) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    Event<R> event = new Event.Change<>(change, future);
    if (!inbox.offer(event)) {
      future.completeExceptionally(new RaftException("the inbox is full; try again"));
    } else if (stopping && inbox.remove(event)) {
      PendingReads.notLeader(future, Optional.empty());
    }
    return future;
  }

  /** Any thread: completes with whether another member leads now. */
  CompletableFuture<Boolean> transferLeadership(Optional<String> to, long timeoutMillis) {
    CompletableFuture<Boolean> future = new CompletableFuture<>();
    Event<R> transfer = new Event.Transfer<>(to, timeoutMillis, future);
    if (!inbox.offer(transfer) || (stopping && inbox.remove(transfer))) {
      future.complete(false);
    }
    return future;
  }

  /** Any thread: taken in with the next turn. */
  void beFit(boolean nowFit) {
    fit = nowFit;
    wake();
  }

  /** Any thread: something outside the inbox has changed. */
  void wake() {
    if (wakePending.compareAndSet(false, true)) {
      var _ = inbox.offer(new Event.Wake<>()); // if it is full the loop is awake anyhow
    }
  }

  @Override
  public void onMessage(MemberId from, RaftMessage message) {
    // A full inbox drops it: Raft sends again.
    var _ = inbox.offer(new Event.Step<>(new Input.Receive(from, message)));
  }

  @Override
  public void onPeerLost(MemberId member) {
    // Only hurries what a timer does anyhow, so it may be dropped as well.
    var _ = inbox.offer(new Event.Step<>(new Input.PeerLost(member)));
  }

  void stop() {
    stopping = true;
    wake();
  }

  @Override
  public void run() {
    Transport toPeers = transport;
    LogWriter toDisk = writer;
    ApplyLoop<R> toState = applyLoop;
    SnapshotDriver toSnapshots = snapshots;
    if (toPeers == null || toDisk == null || toState == null || toSnapshots == null) {
      throw new IllegalStateException("begin comes first");
    }
    try {
      while (!stopping) {
        turn(toPeers, toDisk, toState, toSnapshots);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      fatal.accept("the Raft algorithm failed", e);
    } finally {
      end();
    }
  }

  private void turn(
      Transport toPeers, LogWriter toDisk, ApplyLoop<R> toState, SnapshotDriver toSnapshots)
      throws InterruptedException {
    Event<R> first =
        inbox.poll(node.hasUnsentReads() ? SHORT_TICK_MILLIS : TICK_MILLIS, TimeUnit.MILLISECONDS);
    wakePending.set(false);
    if (toldFit != fit) {
      toldFit = !toldFit;
      node.step(new Input.Fitness(toldFit));
    }
    node.step(new Input.Tick(clock.nowMillis()));
    if (first != null) {
      batch.add(first);
      inbox.drainTo(batch, MAX_BATCH);
      for (Event<R> event : batch) {
        take(event, toPeers, toState, toSnapshots);
      }
      batch.clear();
    }
    long persisted = toDisk.persistedSequence();
    if (persisted != lastPersisted) {
      lastPersisted = persisted;
      node.step(new Input.Persisted(persisted));
    }
    toSnapshots.before(node, toState, clock.nowMillis());
    refuseForeignState();
    maybeBootstrap(toPeers);
    checkMembers(toPeers);
    Ready ready = node.takeReady();
    ready.replies().forEach(proposals::settle);
    ready.reads().forEach(answer -> reads.settle(answer, node.leader()));
    publishContact(); // an abdication shows here before the successor can learn of it
    identify(toPeers);
    Ready.Write write = ready.write();
    if (write != null && !toDisk.submit(write)) {
      throw new IllegalStateException("the disk is too far behind: the queue of writes is full");
    }
    for (Ready.Outbound message : ready.messages()) {
      toPeers.send(message.to(), message.message());
    }
    toSnapshots.after(node, ready.snapshots(), toState, clock.nowMillis());
    handCommitted(toState);
    long applied = toState.appliedIndex();
    publish(applied);
    reads.applied(applied);
    transfers.settle(node);
    changes.settle(node);
  }

  private void take(
      Event<R> event, Transport toPeers, ApplyLoop<R> toState, SnapshotDriver toSnapshots) {
    switch (event) {
      case Event.Step<R>(Input input) -> node.step(input);
      case Event.Proposal<R> proposal -> {
        if (node.commitIndex() - toState.appliedIndex() > MAX_APPLY_LAG) {
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
      case Event.Compact<R>(CompletableFuture<Long> future) -> toSnapshots.compact(future);
      case Event.Change<R>(MemberChange change, CompletableFuture<Void> future) ->
          changes.begin(node, toPeers.peers(), change, future, clock.nowMillis());
      case Event.Wake<R> _ -> {}
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

  /** As soon as the log knows its cluster, and before anything of it is applied. */
  private void refuseForeignState() {
    if (stateClusterChecked || stateClusterId.isEmpty()) {
      return;
    }
    Optional<String> own = node.membership().map(Membership::clusterId);
    if (own.isPresent()) {
      stateClusterChecked = true;
      if (!own.equals(stateClusterId)) {
        log.warn("the state is of cluster {}, not {}", stateClusterId.get(), own.get());
        node.step(new Input.ForeignState());
      }
    }
  }

  /** Now and then: who has to be dialled, who is there, and what RaftNodes asks for. */
  private void checkMembers(Transport toPeers) {
    if (!changes.isCheckDue(clock.nowMillis())) {
      return;
    }
    Optional<Membership> now = node.membership();
    if (now.isPresent()
        && now.get().isSettled()
        && node.commitIndex() >= node.log().membershipIndex()) {
      request.settled(now.get());
    }
    List<Transport.PeerView> peers = toPeers.peers();
    Optional<List<String>> agreed =
        now.flatMap(
            membership ->
                NodesRequest.agreed(membership, node.self(), request.reported(now), peers));
    changes.check(node, peers, agreed, clock.nowMillis());
    Set<String> names = peerNames();
    names.addAll(agreed.orElse(List.of()));
    toPeers.members(names);
  }

  /** Names to dial and to accept by this member's log, else by its configuration. */
  Set<String> peerNames() {
    Set<String> names = new TreeSet<>(changes.expectedNames());
    node.membership().ifPresent(now -> now.everybody().forEach(member -> names.add(member.name())));
    if (!node.isVoter()) {
      names.addAll(bootstrap.names());
    }
    return names;
  }

  private void maybeBootstrap(Transport toPeers) {
    if (node.isVoter()) {
      waitFor(node.isStateFit() ? List.of() : List.of(STATE_WANTED));
      return;
    }
    List<Transport.PeerView> peers = toPeers.peers();
    if (node.isEmpty()) {
      long sinceStart = clock.nowMillis() - startedAtMillis;
      Optional<Membership> membership = bootstrap.membership(newClusterId(), peers, sinceStart);
      if (membership.isPresent()) {
        log.info("forming the group members={}", membership.get());
        node.step(new Input.Bootstrap(membership.get()));
        waitingFor = List.of();
        return;
      }
    }
    List<String> reasons =
        node.membership().isPresent()
            ? List.of(
                node.self()
                    + " is not in the membership "
                    + node.membership().get().voters()
                    + ": the leader has to let it in")
            : bootstrap.waitingFor(peers);
    boolean logLost = node.membership().isEmpty() && !node.isStateFit();
    waitFor(logLost ? Stream.concat(Stream.of(LOG_LOST), reasons.stream()).toList() : reasons);
  }

  private void waitFor(List<String> reasons) {
    if (!reasons.equals(waitingFor)) {
      if (!reasons.isEmpty()) {
        log.info("no full part of a group yet, waiting for {}", reasons);
      }
      waitingFor = reasons;
    }
  }

  private String newClusterId() {
    byte[] bytes = new byte[CLUSTER_ID_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
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

  /** Worked out once for each membership, not at each turn. */
  private List<String> voterNames(Membership membership) {
    if (!membership.equals(namedMembership)) {
      namedMembership = membership;
      voterNames = membership.voters().stream().map(MemberId::name).toList();
    }
    return voterNames;
  }

  private Transport.Identity identityNow() {
    Optional<Membership> now = node.membership();
    return new Transport.Identity(
        node.self(),
        now.map(Membership::clusterId),
        node.isEmpty(),
        request.reported(now),
        now.map(
                membership ->
                    membership.everybody().stream().map(MemberId::name).distinct().toList())
            .orElse(List.of()),
        node.log().membershipIndex());
  }

  /** Before anybody can learn of the change from a message. */
  private void identify(Transport toPeers) {
    if (node.log().membershipIndex() != identity.membersIndex()) {
      node.log().previousMembership().ifPresent(before -> request.seen(before, node.self()));
      node.membership().ifPresent(now -> request.seen(now, node.self()));
    }
    Transport.Identity now = identityNow();
    if (!now.equals(identity)) {
      identity = now;
      toPeers.identify(now);
    }
  }

  private void publishContact() {
    contact =
        new QuorumContact(node.role() == RoleName.LEADER, node.quorumContactMillis().orElse(0L));
  }

  private void publish(long appliedIndex) {
    RaftStatus before = status;
    RaftStatus now = statusNow(appliedIndex);
    if (now.equals(before)) {
      return;
    }
    status = now;
    metrics.changed(before, now);
    boolean left =
        before.role() == RoleName.LEADER
            && (now.role() != RoleName.LEADER || now.term() != before.term());
    if (left) {
      proposals.leadershipLost(now.commitIndex());
    }
    if (before.role() != now.role()
        || before.term() != now.term()
        || before.leaderReady() != now.leaderReady()
        || !before.leader().equals(now.leader())) {
      log.info(
          "now {} term={} leader={} ready={} last={} commit={}",
          now.role(),
          now.term(),
          now.leader().map(MemberId::toString).orElse("none"),
          now.leaderReady(),
          now.lastIndex(),
          now.commitIndex());
      notifier.changed(now);
    }
  }

  private RaftStatus statusNow(long appliedIndex) {
    Optional<Membership> membership = node.membership();
    return new RaftStatus(
        node.self(),
        node.role(),
        node.term(),
        node.leader(),
        membership.map(this::voterNames).orElse(List.of()),
        membership.map(Membership::clusterId),
        node.commitIndex(),
        appliedIndex,
        node.log().lastIndex(),
        node.noOpIndex().filter(noOp -> noOp <= appliedIndex).isPresent(),
        node.isVoter(),
        waitingFor,
        node.log().firstIndex(),
        node.snapshotProgress());
  }

  /** From now on this member leads nothing, follows nobody and votes for nobody. */
  private void end() {
    stopping = true;
    RaftStatus last = status;
    contact = new QuorumContact(false, 0);
    RaftStatus ended =
        new RaftStatus(
            last.self(),
            RoleName.FOLLOWER,
            last.term(),
            Optional.empty(),
            last.voters(),
            last.clusterId(),
            last.commitIndex(),
            last.appliedIndex(),
            last.lastIndex(),
            false,
            false,
            List.of("this member has stopped"),
            last.firstIndex(),
            List.of());
    status = ended;
    notifier.changed(ended);
    proposals.stopped();
    reads.stopped();
    transfers.stopped();
    changes.stopped();
    SnapshotDriver toSnapshots = snapshots;
    if (toSnapshots != null) {
      toSnapshots.stopped();
    }
    for (Event<R> event = inbox.poll(); event != null; event = inbox.poll()) {
      switch (event) {
        case Event.Proposal<R> proposal ->
            PendingProposals.fail(proposal.future, Kind.NOT_LEADER, "this member has stopped");
        case Event.Compact<R>(CompletableFuture<Long> future) ->
            future.completeExceptionally(new RaftException("this member has stopped"));
        case Event.Read<R>(CompletableFuture<Long> future) ->
            PendingReads.notLeader(future, Optional.empty());
        case Event.Transfer<R> transfer -> transfer.future().complete(false);
        case Event.Change<R>(MemberChange _, CompletableFuture<Void> future) ->
            PendingReads.notLeader(future, Optional.empty());
        case Event.Step<R> _, Event.Wake<R> _ -> {}
      }
    }
  }
}
