package dev.orchestrator.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The Raft algorithm of one member: no clock, no input or output, no threads, and no chance but
 * from its seed. {@link #step} takes in what happened, {@link #takeReady} hands out what is to be
 * done, {@link #takeCommitted} what may be applied.
 *
 * <p>The node learns of its own durability by {@link Input.Persisted}. What promises something (a
 * vote, an acknowledgement) leaves the node only when the write it depends on is on disk; a
 * leader's entries go out while its own disk is still busy, and it counts itself only afterwards
 * (thesis §10.2.1).
 *
 * <p>Sections named in comments are those of the Raft paper (extended version), "thesis" is Diego
 * Ongaro's. Confined to one thread.
 */
public final class RaftNode {
  /** Shortest wait before a pre-vote that a closed connection to the leader hurries. */
  private static final long HURRY_MIN_MILLIS = 20;

  /** A learner not heard for so many longest election timeouts is given up. */
  private static final long GIVE_UP_TIMEOUTS = 4;

  /** A member without a fit state lets so many election timeouts pass before it stands. */
  private static final int UNFIT_TIMEOUTS = 4;

  /** The same for one that could make do with its state. */
  private static final int SUSPECT_TIMEOUTS = 2;

  private final MemberId self;
  private final RaftTimings timings;
  private final RaftLimits limits;
  private final RaftLog log;
  private final SplittableRandom random;

  private HardState hardState;
  private Role role = new Role.Follower(null);
  private long commitIndex;

  /** Last index that {@link #takeCommitted} gave out. */
  private long takenIndex;

  private long nowMillis;
  private long electionDeadlineMillis;

  /** Election timeouts since a leader was heard, while the state is unfit. */
  private int timeoutsUnfit;

  /** Until then this node holds on to the leader it heard, and votes for nobody else. */
  private long leaderLeaseUntilMillis;

  /** Whether the state machine can be used, as the driver says; else others had better lead. */
  private boolean backendWorks = true;

  private boolean hardStateUnwritten;

  /** Write that holds the current hard state. */
  private long hardStateSequence;

  private final StateFit fit;
  private final Snapshots snapshots;

  private final Outbox outbox = new Outbox();
  private List<Ready.Reply> replies = new ArrayList<>();
  private List<Ready.ReadAnswer> readAnswers = new ArrayList<>();

  /**
   * A node as it is after a start: a follower that knows of no leader.
   *
   * @param hardState as found on disk
   * @param log with all entries found on disk
   * @param applied last entry the state machine has; need not be in the log (rule T2)
   * @param nowMillis monotonic time
   * @param seed decides all random draws
   */
  public RaftNode(
      MemberId self,
      RaftTimings timings,
      RaftLimits limits,
      HardState hardState,
      RaftLog log,
      LogId applied,
      long nowMillis,
      long seed) {
    this.self = self;
    this.timings = timings;
    this.limits = limits;
    this.hardState = hardState;
    this.log = log;
    this.fit = new StateFit(applied, log);
    this.snapshots = new Snapshots(timings, limits, log);
    this.commitIndex = fit.isFit() ? applied.index() : log.lastIncluded().index();
    this.takenIndex = applied.index();
    this.nowMillis = nowMillis;
    this.random = new SplittableRandom(seed);
    // It may have heard a leader just before it stopped; what it implied then still holds.
    this.leaderLeaseUntilMillis =
        hardState.term() > 0 ? nowMillis + timings.electionMinMillis() : nowMillis;
    resetElectionTimer();
  }

  /** Takes in one event; changes memory only. */
  public void step(Input input) {
    switch (input) {
      case Input.Tick(long now) -> onTick(now);
      case Input.Receive(MemberId from, RaftMessage message) -> onMessage(from, message);
      case Input.Propose proposal -> onPropose(proposal);
      case Input.Persisted(long upTo) -> onPersisted(upTo);
      case Input.PeerLost(MemberId member) -> onPeerLost(member);
      case Input.Bootstrap(Membership membership) -> onBootstrap(membership);
      case Input.TransferLeadership(MemberId to, long timeout) -> onTransfer(to, timeout);
      case Input.Read(long token) -> onRead(token);
      case Input.Fitness(boolean works) -> onFitness(works);
      case Input.AddMember(MemberId member) ->
          maybeBeginChange(now -> MembershipChanges.add(now, member));
      case Input.RemoveMember(String name) ->
          maybeBeginChange(now -> MembershipChanges.remove(now, name).filter(this::isReachable));
      case Input.Compact(long upTo) -> onCompact(upTo);
      case Input.SnapshotSpooled(SnapshotInfo snapshot) ->
          snapshots.spooled(fit.isFit() ? snapshot : null); // nobody is to have a bad state
      case Input.ChunkStored stored -> onChunkStored(stored);
      case Input.SnapshotInstalled(SnapshotInfo snapshot, boolean done) ->
          onInstalled(snapshot, done);
      case Input.ForeignState _ -> fit.isForeign();
      case Input.RefetchState _ -> onRefetchState();
    }
  }

  /** Hands out the work that arose since the last call. */
  public Ready takeReady() {
    if (role instanceof Role.Leader leader) {
      readAnswers.addAll(leader.reads.takeConfirmed(quorumContact(leader), commitIndex));
      maybeHandOver(leader);
    }
    if (role instanceof Role.Leader leader) {
      leader.progress.forEach((member, progress) -> replicate(member, progress));
      snapshots.send(leader, term(), nowMillis);
    }
    Ready.Write write = null;
    if (isUnwritten()) {
      long sequence = outbox.beginWrite(log.lastIndex());
      HardState newHardState = hardStateUnwritten ? hardState : null;
      hardStateUnwritten = false;
      write =
          new Ready.Write(
              sequence, newHardState, log.takeCut(), log.takeTruncation(), log.takeUnwritten());
    }
    Ready ready = new Ready(write, outbox.take(), replies, readAnswers, snapshots.takeTasks());
    replies = new ArrayList<>();
    readAnswers = new ArrayList<>();
    return ready;
  }

  /**
   * Hands out the next committed entries, each once, in order. Only entries on this member's own
   * disk, so that its state never gets ahead of its log. None while the state is not what the log
   * led to.
   *
   * @param maxBytes bound; a larger single entry is handed out alone
   */
  public List<LogEntry> takeCommitted(int maxBytes) {
    if (!fit.isFit() || snapshots.isInstalling()) {
      return List.of();
    }
    long upTo = Math.min(commitIndex, log.durableIndex());
    List<LogEntry> entries = log.read(takenIndex + 1, upTo, maxBytes);
    if (!entries.isEmpty()) {
      takenIndex = entries.getLast().index();
    }
    return entries;
  }

  public MemberId self() {
    return self;
  }

  public RoleName role() {
    return role.name();
  }

  public long term() {
    return hardState.term();
  }

  /** Term and vote as in memory; may be ahead of the disk. */
  public HardState hardState() {
    return hardState;
  }

  /** The leader of the current term, if known. */
  public Optional<MemberId> leader() {
    return switch (role) {
      case Role.Leader _ -> Optional.of(self);
      case Role.Follower(MemberId leader) -> Optional.ofNullable(leader);
      default -> Optional.empty();
    };
  }

  public long commitIndex() {
    return commitIndex;
  }

  /** The log, to be read only. */
  public RaftLog log() {
    return log;
  }

  /** Newest membership in the log. */
  public Optional<Membership> membership() {
    return log.membership();
  }

  /** Whether this very incarnation is a voter of the newest membership. */
  public boolean isVoter() {
    return isVoter(self);
  }

  private boolean isVoter(MemberId member) {
    return log.membership().filter(membership -> membership.isVoter(member)).isPresent();
  }

  /**
   * Whether log, hard state and state hold nothing, so that the group may still be formed. A state
   * without its log is what is left of a member that has lost its log (rule I5).
   */
  public boolean isEmpty() {
    return log.lastIndex() == 0 && hardState.equals(HardState.INITIAL) && fit.hadNoState();
  }

  /**
   * Whether the state is what this log led to. If not, this member votes and keeps the log, but
   * applies nothing until it knows better or has a snapshot (rule T2). It stands for election only
   * if nobody else gets to lead, takes no proposals, and hands over as soon as it can.
   */
  public boolean isStateFit() {
    return fit.isFit();
  }

  /**
   * Index that a snapshot for some follower must have at least, if this member leads and has none
   * that would do.
   */
  public Optional<Long> wantedSnapshot() {
    return role instanceof Role.Leader leader && fit.isFit()
        ? snapshots.wanted(leader)
        : Optional.empty();
  }

  /** Whether some follower is being sent the snapshot this member has. */
  public boolean isSnapshotInUse() {
    return role instanceof Role.Leader leader && Snapshots.isInUse(leader);
  }

  /** Snapshots on their way from or to this member. */
  public List<SnapshotProgress> snapshotProgress() {
    return snapshots.progress(role instanceof Role.Leader leader ? leader : null);
  }

  /** Index of the NoOp of this leader's term, empty if it does not lead. */
  public Optional<Long> noOpIndex() {
    return role instanceof Role.Leader leader ? Optional.of(leader.noOpIndex) : Optional.empty();
  }

  /**
   * Time of sending of the newest message with which this leader reached a majority; the start of
   * its leadership until then; empty if it does not lead. On the clock of {@link Input.Tick}.
   */
  public Optional<Long> quorumContactMillis() {
    return role instanceof Role.Leader leader
        ? Optional.of(quorumContact(leader))
        : Optional.empty();
  }

  /** Whether this leader is handing its leadership over and takes no proposals meanwhile. */
  public boolean isHandingOver() {
    return role instanceof Role.Leader leader && leader.transfer != null;
  }

  /** Whether this leader would take in a change of the membership now: one at a time. */
  public boolean takesMembershipChange() {
    return role instanceof Role.Leader leader
        && leader.transfer == null
        && commitIndex >= Math.max(leader.noOpIndex, log.membershipIndex())
        && log.membership().filter(Membership::isSettled).isPresent();
  }

  /** Whether a read waits for the next millisecond, so that the next tick should come soon. */
  public boolean hasUnsentReads() {
    return role instanceof Role.Leader leader && leader.reads.hasUnsent();
  }

  // Time

  private void onTick(long now) {
    boolean stalled = now - nowMillis > timings.heartbeatMillis();
    snapshots.refill(Math.max(0, now - nowMillis));
    nowMillis = Math.max(nowMillis, now);
    if (role instanceof Role.Leader leader) {
      if (stalled) {
        leader.checkQuorumNotBeforeMillis = nowMillis + timings.heartbeatMillis();
      }
      onLeaderTick(leader);
      return;
    }
    if (stalled) {
      // This process stood still: what the leader sent meanwhile is still to be read.
      electionDeadlineMillis =
          Math.max(electionDeadlineMillis, nowMillis + timings.heartbeatMillis());
    }
    if (nowMillis >= electionDeadlineMillis) {
      campaign();
    }
  }

  private void onLeaderTick(Role.Leader leader) {
    if (nowMillis >= leader.checkQuorumNotBeforeMillis
        && nowMillis - quorumContact(leader) >= timings.electionMaxMillis()) {
      becomeFollower(term(), null); // check-quorum, thesis §6.2
      return;
    }
    Role.Transfer transfer = leader.transfer;
    if (transfer != null && nowMillis >= transfer.untilMillis()) {
      leader.transfer = null;
    }
    if (leader.transfer == null && !fit.isFit()) {
      onTransfer(null, timings.electionMaxMillis()); // it can apply nothing
    }
    boolean roundForReads = leader.reads.takeRound(nowMillis);
    if (roundForReads || nowMillis >= leader.nextHeartbeatMillis) {
      leader.nextHeartbeatMillis = nowMillis + timings.heartbeatMillis();
      leader.progress.forEach((member, progress) -> heartbeat(member, progress));
    }
    continueChange(leader);
  }

  private void onPeerLost(MemberId member) {
    switch (role) {
      case Role.Follower(MemberId leader) when member.equals(leader) -> {
        leaderLeaseUntilMillis = nowMillis;
        // The draw keeps followers apart that see the same leader die at the same moment.
        long hurry = HURRY_MIN_MILLIS + random.nextLong(timings.heartbeatMillis());
        electionDeadlineMillis = Math.min(electionDeadlineMillis, nowMillis + hurry);
      }
      case Role.Leader leading -> {
        Progress progress = leading.progress.get(member);
        if (progress != null) {
          progress.probeFrom(firstToSend(progress.matchIndex + 1)); // what was on the way is gone
          Snapshots.interrupted(progress);
          // For leader-check this follower counts again once it answers to something newer.
          progress.contactSentAtMillis =
              Math.min(progress.contactSentAtMillis, nowMillis - timings.leaderCheckMillis());
        }
      }
      default -> {}
    }
  }

  private void resetElectionTimer() {
    electionDeadlineMillis =
        nowMillis + random.nextLong(timings.electionMinMillis(), timings.electionMaxMillis());
  }

  private boolean hearsLeader() {
    return role instanceof Role.Leader || nowMillis < leaderLeaseUntilMillis;
  }

  // Elections

  private void campaign() {
    resetElectionTimer();
    Membership membership = log.membership().orElse(null);
    if (membership == null || !mayBeNeeded() || !backendWorks || !mayStand()) {
      return;
    }
    Role.PreCandidate preCandidate = new Role.PreCandidate();
    preCandidate.granted().add(self);
    role = preCandidate;
    // A pre-vote harms nobody, so one that came to nothing is asked again soon.
    electionDeadlineMillis =
        nowMillis + timings.heartbeatMillis() + random.nextLong(timings.heartbeatMillis());
    sendToOtherVoters(membership, new RaftMessage.PreVoteRequest(term() + 1, log.lastId()));
    becomeCandidateIfPreVoted(preCandidate);
  }

  /**
   * A member whose state is unfit leaves it to others to lead, but its log may be the only one with
   * which anybody can: after a while it stands so as to hand its log, and then the leadership, on.
   */
  private boolean mayStand() {
    if (fit.isFit()) {
      return true;
    }
    timeoutsUnfit++;
    return timeoutsUnfit > (fit.isSuspect() ? SUSPECT_TIMEOUTS : UNFIT_TIMEOUTS);
  }

  private void becomeCandidateIfPreVoted(Role.PreCandidate preCandidate) {
    Membership membership = log.membership().orElse(null);
    if (membership == null || !membership.isQuorum(preCandidate.granted())) {
      return;
    }
    becomeCandidate(membership, false);
  }

  private void becomeCandidate(Membership membership, boolean leadershipTransfer) {
    setHardState(new HardState(term() + 1, self));
    role = new Role.Candidate(hardStateSequence);
    resetElectionTimer();
    RaftMessage request = new RaftMessage.VoteRequest(term(), log.lastId(), leadershipTransfer);
    for (MemberId voter : membership.electors()) {
      if (!voter.equals(self)) {
        promise(voter, request); // the vote for itself comes first, on disk
      }
    }
  }

  private void becomeLeaderIfElected(Role.Candidate candidate) {
    Membership membership = log.membership().orElse(null);
    if (membership == null || !membership.isQuorum(candidate.granted())) {
      return;
    }
    fit.makeDo();
    Role.Leader leader = new Role.Leader(log.lastIndex() + 1, nowMillis);
    role = leader;
    leader.follow(membership, self, log.lastIndex() + 1, nowMillis);
    append(leader, new LogEntry.NoOp(new LogId(term(), log.lastIndex() + 1))); // §8
  }

  private void becomeFollower(long newTerm, @Nullable MemberId leader) {
    require(newTerm >= term(), "term never goes back");
    if (newTerm > term()) {
      setHardState(new HardState(newTerm, null));
    }
    if (role instanceof Role.Leader former) {
      readAnswers.addAll(former.reads.takeRefused());
      timeoutsUnfit = 0; // it had its turn
      resetElectionTimer();
    }
    role = new Role.Follower(leader);
  }

  /** Receiver of a pre-vote: says what it would do, changes nothing (thesis §9.6). */
  private void onPreVoteRequest(MemberId candidate, RaftMessage.PreVoteRequest request) {
    boolean granted =
        mayVote()
            && !hearsLeader()
            && request.term() > term()
            && request.lastLog().compareTo(log.lastId()) >= 0;
    long answerTerm = granted ? request.term() : term();
    promise(candidate, new RaftMessage.PreVoteResponse(answerTerm, granted));
  }

  private void onPreVoteResponse(MemberId voter, RaftMessage.PreVoteResponse response) {
    if (role instanceof Role.PreCandidate preCandidate
        && response.granted()
        && response.term() == term() + 1) {
      preCandidate.granted().add(voter);
      becomeCandidateIfPreVoted(preCandidate);
    }
  }

  /** RequestVote, receiver side: Figure 2, §5.4.1; a live leader is kept (thesis §4.2.3). */
  private void onVoteRequest(MemberId candidate, RaftMessage.VoteRequest request) {
    if (hearsLeader() && !request.leadershipTransfer()) {
      return; // no answer, and above all no new term: a rejoining node must not depose a leader
    }
    if (request.term() > term()) {
      becomeFollower(request.term(), null);
    }
    boolean free = hardState.votedFor() == null || hardState.votedFor().equals(candidate);
    boolean upToDate = request.lastLog().compareTo(log.lastId()) >= 0;
    boolean granted = mayVote() && request.term() == term() && free && upToDate;
    if (granted && hardState.votedFor() == null) {
      setHardState(new HardState(term(), candidate));
      role = new Role.Follower(null);
      resetElectionTimer();
    }
    promise(candidate, new RaftMessage.VoteResponse(term(), granted));
  }

  private void onVoteResponse(MemberId voter, RaftMessage.VoteResponse response) {
    if (role instanceof Role.Candidate candidate
        && response.granted()
        && response.term() == term()) {
      candidate.granted().add(voter);
      becomeLeaderIfElected(candidate);
    }
  }

  /**
   * A node that the newest membership does not name must not vote; an empty one may, since its vote
   * counts only for who knows it as a voter. So may a learner: the candidate may know already that
   * it has become a voter (thesis §4.2.2).
   */
  private boolean mayVote() {
    return log.membership().isEmpty()
        || log.membership().filter(now -> now.everybody().contains(self)).isPresent()
        || mayBeNeeded();
  }

  /**
   * Whether this member is a voter, or its removal may not be committed yet: then it may be the one
   * without whose log nobody can be elected (thesis §4.2.2).
   */
  private boolean mayBeNeeded() {
    boolean removalOpen = log.membershipIndex() > commitIndex;
    return isVoter()
        || (removalOpen
            && log.previousMembership().filter(before -> before.isVoter(self)).isPresent());
  }

  // Leadership transfer, thesis §3.10

  private void onTransfer(@Nullable MemberId wanted, long timeoutMillis) {
    if (!(role instanceof Role.Leader leader)) {
      return;
    }
    MemberId to = wanted == null ? mostUpToDate(leader) : wanted;
    Progress progress = to == null ? null : leader.progress.get(to);
    if (to != null && progress != null && isVoter(to)) {
      leader.transfer = new Role.Transfer(to, nowMillis + timeoutMillis);
      progress.probeSent = false; // do not wait for the next heartbeat to find out where it is
    }
  }

  /** What makes a member unfit lies outside the algorithm: the state machine's backend failed. */
  private void onFitness(boolean nowFit) {
    backendWorks = nowFit;
    if (!backendWorks && role.name() != RoleName.FOLLOWER) {
      becomeFollower(term(), null);
    }
  }

  private @Nullable MemberId mostUpToDate(Role.Leader leader) {
    Membership membership = log.membership().orElse(null);
    return membership == null
        ? null
        : leader.mostUpToDate(membership, nowMillis - timings.electionMinMillis());
  }

  /**
   * Once the successor has the whole log and all of it is committed: steps down and only then tells
   * it to stand, so that leader-check and reads have ended here before anybody ignores the lease.
   * Should the message be lost, an ordinary election follows.
   */
  private void maybeHandOver(Role.Leader leader) {
    Role.Transfer transfer = leader.transfer;
    Progress progress = transfer == null ? null : leader.progress.get(transfer.to());
    if (transfer == null || progress == null) {
      return;
    }
    if (progress.matchIndex == log.lastIndex() && commitIndex == log.lastIndex()) {
      becomeFollower(term(), null);
      send(transfer.to(), new RaftMessage.TimeoutNow(term()));
    }
  }

  /**
   * Only the leader this member follows, in this very term, may hurry it past lease and pre-vote.
   */
  private void onTimeoutNow(MemberId from, RaftMessage.TimeoutNow timeoutNow) {
    Membership membership = log.membership().orElse(null);
    boolean genuine =
        timeoutNow.term() == term()
            && role instanceof Role.Follower(MemberId leader)
            && from.equals(leader);
    boolean fitToLead = fit.isFit() && backendWorks;
    if (genuine && fitToLead && membership != null && membership.isVoter(self)) {
      becomeCandidate(membership, true);
    }
  }

  // Reads

  /**
   * ReadIndex (§8, thesis §6.4). What earlier leaders committed lies before this term's NoOp, so a
   * read waits at least for that to be committed.
   */
  private void onRead(long token) {
    if (!(role instanceof Role.Leader leader)) {
      readAnswers.add(new Ready.ReadAnswer.NotLeader(token));
    } else if (leader.reads.size() >= limits.maxUncommittedEntries()) {
      readAnswers.add(new Ready.ReadAnswer.Overloaded(token));
    } else {
      leader.reads.add(token, Math.max(commitIndex, leader.noOpIndex), nowMillis);
    }
  }

  // Membership change, §6

  private void maybeBeginChange(Function<Membership, Optional<Membership>> change) {
    if (role instanceof Role.Leader leader && takesMembershipChange()) {
      log.membership().flatMap(change).ifPresent(next -> appendMembership(leader, next));
    }
  }

  /** Goes on with a change, own or inherited, once its last step is committed. */
  private void continueChange(Role.Leader leader) {
    Membership current = log.membership().orElse(null);
    if (current == null || commitIndex < Math.max(leader.noOpIndex, log.membershipIndex())) {
      return;
    }
    long longAgo = nowMillis - GIVE_UP_TIMEOUTS * timings.electionMaxMillis();
    Optional<Membership> next =
        MembershipChanges.next(
            current,
            member -> {
              Progress progress = leader.progress.get(member);
              return progress != null && progress.keepsPace;
            },
            member -> leader.heardBefore(member, longAgo));
    if (next.isPresent()) {
      appendMembership(leader, next.get());
    } else if (!current.isVoter(self)) {
      stepDownRemoved(leader);
    }
  }

  /** A removed leader leads until its removal is committed (§6), then hands over. */
  private void stepDownRemoved(Role.Leader leader) {
    MemberId successor = mostUpToDate(leader);
    becomeFollower(term(), null);
    if (successor != null) {
      send(successor, new RaftMessage.TimeoutNow(term()));
    }
  }

  private void appendMembership(Role.Leader leader, Membership membership) {
    LogId id = new LogId(term(), log.lastIndex() + 1);
    append(leader, new LogEntry.MembershipChange(id, membership));
    leader.follow(membership, self, log.lastIndex() + 1, nowMillis);
  }

  /** Whether majorities were heard lately, so that the change will not get stuck half-way. */
  private boolean isReachable(Membership wanted) {
    long lately = nowMillis - timings.electionMinMillis();
    return role instanceof Role.Leader leader
        && wanted.quorumValue(
                member -> member.equals(self) || !leader.heardBefore(member, lately) ? 1 : 0)
            == 1;
  }

  // Messages

  private void onMessage(MemberId from, RaftMessage message) {
    switch (message) {
      case RaftMessage.PreVoteRequest request -> {
        onPreVoteRequest(from, request);
        return;
      }
      case RaftMessage.VoteRequest request -> {
        onVoteRequest(from, request);
        return;
      }
      case RaftMessage.PreVoteResponse response when response.granted() -> {
        onPreVoteResponse(from, response); // its term is one that nobody has begun yet
        return;
      }
      default -> {}
    }
    if (message.term() > term()) {
      becomeFollower(message.term(), null); // §5.1
    }
    switch (message) {
      case RaftMessage.AppendEntries append -> onAppendEntries(from, append);
      case RaftMessage.AppendAccepted accepted -> onAccepted(from, accepted);
      case RaftMessage.AppendRejected rejected -> onRejected(from, rejected);
      case RaftMessage.VoteResponse response -> onVoteResponse(from, response);
      case RaftMessage.TimeoutNow timeoutNow -> onTimeoutNow(from, timeoutNow);
      case RaftMessage.InstallSnapshot install -> onInstallSnapshot(from, install);
      case RaftMessage.SnapshotStored stored -> onSnapshotStored(from, stored);
      case RaftMessage.PreVoteResponse _ -> {} // refused: its term was all it had to say
      case RaftMessage.PreVoteRequest _, RaftMessage.VoteRequest _ ->
          throw new IllegalStateException("answered above");
    }
  }

  // Replication, follower side

  /** AppendEntries, receiver side (Figure 2, §5.3). */
  private void onAppendEntries(MemberId from, RaftMessage.AppendEntries append) {
    if (append.term() < term()) {
      promise(from, new RaftMessage.AppendRejected(term(), 0, 0, 0, append.sentAtMillis()));
      return;
    }
    hear(from, append.term());
    if (!log.contains(append.prevLog())) {
      rejectWithHint(from, append);
      return;
    }
    appendMissing(append);
    long matchIndex = append.prevLog().index() + append.entries().size();
    commitTo(Math.min(append.leaderCommit(), matchIndex));
    fit.heardCommit(append.leaderCommit(), append.term());
    accept(from, append, matchIndex);
  }

  /** A message of the leader of this term came in. */
  private void hear(MemberId from, long leaderTerm) {
    require(!(role instanceof Role.Leader), "two leaders in one term");
    becomeFollower(leaderTerm, from);
    leaderLeaseUntilMillis = nowMillis + timings.electionMinMillis();
    timeoutsUnfit = 0;
    resetElectionTimer();
  }

  /** Names the whole term that conflicts, so that the leader skips it at once (end of §5.3). */
  private void rejectWithHint(MemberId from, RaftMessage.AppendEntries append) {
    long prevIndex = append.prevLog().index();
    boolean tooShort = prevIndex > log.lastIndex();
    long conflictTerm = tooShort ? 0 : log.termAt(prevIndex);
    long conflictIndex = tooShort ? log.lastIndex() + 1 : log.firstIndexOfTermAt(prevIndex);
    promise(
        from,
        new RaftMessage.AppendRejected(
            term(), prevIndex, conflictTerm, conflictIndex, append.sentAtMillis()));
  }

  /** Cuts only at a real conflict: a late message must not remove entries that match (§5.3). */
  private void appendMissing(RaftMessage.AppendEntries append) {
    for (LogEntry entry : append.entries()) {
      if (log.contains(entry.id())) {
        continue;
      }
      if (entry.index() <= log.lastIndex()) {
        require(entry.index() > commitIndex, "a committed entry is never removed");
        truncate(entry.index());
      }
      log.append(entry);
    }
  }

  private void truncate(long fromIndex) {
    log.truncateFrom(fromIndex);
    outbox.truncatedFrom(fromIndex);
  }

  /**
   * Acknowledges what matches once it is on disk. A heartbeat that meets a busy disk is answered at
   * once, for what is durable already: a slow sync must not look like a lost follower.
   */
  private void accept(MemberId from, RaftMessage.AppendEntries append, long matchIndex) {
    boolean hardStateDurable = !hardStateUnwritten && outbox.isPersisted(hardStateSequence);
    long durable = Math.min(matchIndex, log.durableIndex());
    if (hardStateDurable && (append.entries().isEmpty() || durable == matchIndex)) {
      send(from, accepted(durable, append.sentAtMillis()));
      return;
    }
    promise(from, accepted(matchIndex, append.sentAtMillis()));
  }

  private RaftMessage accepted(long matchIndex, long sentAtMillis) {
    return new RaftMessage.AppendAccepted(term(), matchIndex, sentAtMillis, fit.snapshotFrom());
  }

  // Replication, leader side

  private void onPropose(Input.Propose proposal) {
    if (!(role instanceof Role.Leader leader)) {
      replies.add(new Ready.Reply.NotLeader(proposal.token()));
      return;
    }
    if (leader.transfer != null || !leader.hasRoom(limits) || !fit.isFit()) {
      replies.add(new Ready.Reply.Overloaded(proposal.token()));
      return;
    }
    LogId id = new LogId(term(), log.lastIndex() + 1);
    append(leader, new LogEntry.Command(id, proposal.command()));
    replies.add(new Ready.Reply.Appended(proposal.token(), id));
  }

  private void append(Role.Leader leader, LogEntry entry) {
    log.append(entry);
    leader.appended(entry);
  }

  private void onBootstrap(Membership membership) {
    if (!isEmpty()) {
      return;
    }
    setHardState(new HardState(1, null));
    log.append(new LogEntry.MembershipChange(new LogId(1, 1), membership));
    resetElectionTimer();
  }

  private void replicate(MemberId member, Progress progress) {
    if (progress.probing) {
      if (!progress.probeSent) {
        progress.probeSent = true;
        // One that needs a snapshot only has to learn that its leader is alive.
        long upTo = progress.behindLog ? 0 : log.lastIndex();
        sendAppend(member, progress, log.read(progress.nextIndex, upTo, limits.maxAppendBytes()));
      }
      return;
    }
    while (progress.nextIndex <= log.lastIndex() && progress.hasRoom(limits)) {
      List<LogEntry> entries =
          log.read(progress.nextIndex, log.lastIndex(), limits.maxAppendBytes());
      sendAppend(member, progress, entries);
      int bytes = entries.stream().mapToInt(LogEntry::sizeBytes).sum();
      progress.sent(entries.getLast().index(), bytes);
    }
    if (progress.toldCommit < commitIndex && !progress.hasInflight()) {
      sendAppend(member, progress, List.of()); // else the next message will tell it
    }
  }

  private void heartbeat(MemberId member, Progress progress) {
    progress.beginRound(log.lastIndex());
    if (progress.probing) {
      progress.probeSent = false; // it or its answer may be lost: ask again
      return;
    }
    sendAppend(member, progress, List.of());
  }

  private void sendAppend(MemberId member, Progress progress, List<LogEntry> entries) {
    long prevIndex = progress.nextIndex - 1;
    LogId prevLog = new LogId(log.termAt(prevIndex), prevIndex);
    progress.toldCommit = commitIndex;
    send(member, new RaftMessage.AppendEntries(term(), prevLog, entries, commitIndex, nowMillis));
  }

  private void onAccepted(MemberId from, RaftMessage.AppendAccepted accepted) {
    Progress progress = progressOf(from, accepted.term(), accepted.sentAtMillis());
    if (progress == null || accepted.matchIndex() > log.lastIndex()) {
      return;
    }
    progress.accepted(accepted.matchIndex());
    progress.behindLog = false;
    progress.snapshotFrom = accepted.snapshotFrom();
    if (progress.nextIndex < log.firstIndex()) {
      progress.probeFrom(log.firstIndex()); // the log was cut since it was sent
    }
    maybeAdvanceCommit();
  }

  private void onRejected(MemberId from, RaftMessage.AppendRejected rejected) {
    Progress progress = progressOf(from, rejected.term(), rejected.sentAtMillis());
    if (progress == null || rejected.prevIndex() <= progress.matchIndex) {
      return; // late: it has accepted more since
    }
    boolean answersProbe = rejected.prevIndex() == progress.nextIndex - 1;
    if (progress.probing && !answersProbe) {
      return; // late: sent before the probing began
    }
    if (rejected.prevIndex() <= log.lastIncluded().index()) {
      progress.behindLog = true; // it lacks what the log begins behind (§7)
      progress.snapshotFrom = Math.max(1, log.lastIncluded().index());
      boolean again = progress.probeSent;
      progress.probeFrom(log.firstIndex());
      progress.probeSent = again; // the next heartbeat asks again, not this answer
      return;
    }
    progress.probeFrom(nextAfter(rejected));
  }

  /** Where the logs may agree: end of the conflicting term here, else its start there (§5.3). */
  private long nextAfter(RaftMessage.AppendRejected rejected) {
    long hint =
        rejected.conflictTerm() == 0
            ? rejected.conflictIndex()
            : log.lastIndexOfTerm(rejected.conflictTerm())
                .map(last -> last + 1)
                .orElse(rejected.conflictIndex());
    return firstToSend(Math.min(hint, rejected.prevIndex()));
  }

  private long firstToSend(long index) {
    return Math.max(log.firstIndex(), index);
  }

  /** The follower's progress, its contact noted; null if the answer is not for this leadership. */
  private @Nullable Progress progressOf(MemberId from, long answerTerm, long sentAtMillis) {
    if (!(role instanceof Role.Leader leader) || answerTerm != term()) {
      return null;
    }
    Progress progress = leader.progress.get(from);
    if (progress != null && sentAtMillis <= nowMillis) {
      progress.contactSentAtMillis = Math.max(progress.contactSentAtMillis, sentAtMillis);
    }
    return progress;
  }

  /** §5.3, §5.4.2: counting replicas commits entries of the own term only, and all before them. */
  private void maybeAdvanceCommit() {
    Membership membership = log.membership().orElse(null);
    if (!(role instanceof Role.Leader leader) || membership == null) {
      return;
    }
    long onQuorum = leader.quorumMatch(membership, self, log.durableIndex());
    if (onQuorum > commitIndex && log.termAt(onQuorum) == term()) {
      commitTo(onQuorum);
    }
  }

  private long quorumContact(Role.Leader leader) {
    Membership membership = log.membership().orElse(null);
    if (membership == null) {
      return leader.sinceMillis;
    }
    return leader.quorumContact(membership, self, nowMillis);
  }

  private void commitTo(long index) {
    if (index <= commitIndex) {
      return;
    }
    require(index <= log.lastIndex(), "commit index is behind the end of the log");
    commitIndex = index;
    fit.committedTo(index);
    if (role instanceof Role.Leader leader) {
      leader.committedTo(index);
    }
  }

  // Snapshots and compaction, §7

  private void onRefetchState() {
    if (role.follows().isPresent() && !snapshots.isInstalling()) {
      fit.suspect();
      snapshots.spooled(null);
    }
  }

  /** Cuts the log as far as nobody needs it: neither apply, nor a disk, nor a transfer. */
  private void onCompact(long wanted) {
    if (!fit.isFit() || snapshots.isInstalling()) {
      return;
    }
    long upTo = Math.min(Math.min(wanted, takenIndex), log.durableIndex());
    if (role instanceof Role.Leader leader) {
      upTo = Math.min(upTo, snapshots.neededFrom(leader, nowMillis));
    }
    if (upTo <= log.lastIncluded().index()) {
      return;
    }
    log.compactTo(upTo);
    if (role instanceof Role.Leader leader) {
      for (Progress progress : leader.progress.values()) {
        if (progress.nextIndex < log.firstIndex()) {
          progress.probeFrom(log.firstIndex());
        }
      }
    }
  }

  /** InstallSnapshot, receiver side (Figure 13), one part. */
  private void onInstallSnapshot(MemberId from, RaftMessage.InstallSnapshot install) {
    SnapshotInfo snapshot = install.snapshot();
    if (install.term() < term()) {
      promise(from, new RaftMessage.AppendRejected(term(), 0, 0, 0, install.sentAtMillis()));
      return;
    }
    hear(from, install.term());
    if (snapshots.isInstalling() || needs(snapshot)) {
      snapshots.receive(from, install);
    } else {
      // All up to there is committed; what the log holds of it need not be sent (Figure 13, 6).
      long matchIndex = Math.min(snapshot.index(), log.lastIndex());
      commitTo(matchIndex);
      promise(from, accepted(matchIndex, install.sentAtMillis()));
    }
  }

  /** Whether the state gains by this snapshot, and the log goes on behind it. */
  private boolean needs(SnapshotInfo snapshot) {
    boolean ahead = !fit.isFit() || snapshot.index() > takenIndex;
    boolean inLog = fit.isFit() && log.contains(snapshot.lastIncluded().id());
    return ahead && !inLog && snapshot.index() >= log.lastIncluded().index();
  }

  private void onChunkStored(Input.ChunkStored stored) {
    SnapshotInfo snapshot = stored.snapshot();
    tellStored(snapshot, stored.nextOffset(), stored.received() == Input.Received.UNUSABLE);
    if (stored.received() == Input.Received.COMPLETE
        && !snapshots.isInstalling()
        && needs(snapshot)) {
      snapshots.install(snapshot);
    }
  }

  private void tellStored(SnapshotInfo snapshot, long nextOffset, boolean unusable) {
    MemberId leader = role.follows().orElse(null);
    if (leader != null) {
      snapshots
          .stored(snapshot, nextOffset, unusable, leader, term())
          .ifPresent(answer -> send(leader, answer));
    }
  }

  /** The state is replaced, or as before; then the log follows it. */
  private void onInstalled(SnapshotInfo snapshot, boolean done) {
    if (!done) {
      tellStored(snapshot, 0, true);
    }
    snapshots.installed();
    if (!done) {
      return;
    }
    LastIncluded lastIncluded = snapshot.lastIncluded();
    if (!log.contains(lastIncluded.id())) {
      require(!(role instanceof Role.Leader), "a leader has everything that is committed");
      log.resetTo(lastIncluded);
      outbox.truncatedFrom(1);
    }
    takenIndex = snapshot.index();
    fit.isFitNow();
    commitTo(snapshot.index());
    MemberId leader = role.follows().orElse(null);
    if (leader != null) {
      long sentAtMillis = snapshots.sentAtMillis(leader, term());
      promise(leader, accepted(snapshot.index(), sentAtMillis));
    }
  }

  /** The follower has so much of its snapshot. */
  private void onSnapshotStored(MemberId from, RaftMessage.SnapshotStored stored) {
    Progress progress = progressOf(from, stored.term(), stored.sentAtMillis());
    if (progress != null) {
      snapshots.acknowledged(progress, stored, nowMillis);
    }
  }

  // Durability

  private void onPersisted(long upTo) {
    log.durableTo(outbox.persisted(upTo));
    if (role instanceof Role.Candidate candidate
        && outbox.isPersisted(candidate.voteSequence())
        && candidate.granted().add(self)) {
      becomeLeaderIfElected(candidate);
    }
    maybeAdvanceCommit();
  }

  private boolean isUnwritten() {
    return hardStateUnwritten || log.hasUnwritten();
  }

  private void setHardState(HardState newHardState) {
    hardState = newHardState;
    hardStateUnwritten = true;
    hardStateSequence = outbox.nextSequence();
  }

  /** Sends once everything decided so far is on disk. */
  private void promise(MemberId to, RaftMessage message) {
    outbox.promise(to, message, isUnwritten());
  }

  private void send(MemberId to, RaftMessage message) {
    outbox.send(to, message);
  }

  private void sendToOtherVoters(Membership membership, RaftMessage message) {
    for (MemberId voter : membership.electors()) {
      if (!voter.equals(self)) {
        send(voter, message);
      }
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("broken Raft invariant: " + what);
    }
  }
}
