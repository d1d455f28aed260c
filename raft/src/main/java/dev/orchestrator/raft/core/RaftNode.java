package dev.orchestrator.raft.core;

import java.util.List;
import java.util.Optional;

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
 * <p>This class is the door: it says which part of the algorithm an event belongs to. The parts, in
 * the order in which they are best read; none knows one that comes after it:
 *
 * <ol>
 *   <li>{@link NodeState}, what they share, with {@link Durability} and {@link ElectionTimer};
 *   <li>{@link Election}: pre-votes, votes, leaders;
 *   <li>{@link FollowerReplication}, {@link LeaderReplication}: the log, from both ends;
 *   <li>{@link ReadIndex}: reads without an entry;
 *   <li>{@link LeadershipTransfer}: another leader without a timeout;
 *   <li>{@link MembershipDriver}: other members;
 *   <li>{@link Compaction}, {@link Snapshots}, {@link SnapshotInstallation}: a state instead of a
 *       log.
 * </ol>
 *
 * <p>Sections named in comments are those of the Raft paper (extended version), "thesis" is Diego
 * Ongaro's. Confined to one thread.
 */
public final class RaftNode {
  private static final long LONGEST_REST_MILLIS = 30;
  private static final long NEAR_REST_MILLIS = 10;

  private final NodeState state;
  private final Election election;
  private final FollowerReplication follower;
  private final LeaderReplication replication;
  private final ReadIndex readIndex;
  private final LeadershipTransfer transfer;
  private final MembershipDriver members;
  private final Snapshots snapshots;
  private final Compaction compaction;
  private final SnapshotInstallation installation;

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
    this.state = new NodeState(self, timings, limits, hardState, log, applied, nowMillis, seed);
    this.election = new Election(state);
    this.follower = new FollowerReplication(state);
    this.replication = new LeaderReplication(state);
    this.readIndex = new ReadIndex(state);
    this.transfer = new LeadershipTransfer(state, election);
    this.members = new MembershipDriver(state, transfer);
    this.snapshots = new Snapshots(timings, limits, log);
    this.compaction = new Compaction(state, snapshots, replication);
    this.installation = new SnapshotInstallation(state, snapshots, follower);
  }

  /** Takes in one event; changes memory only. */
  public void step(Input input) {
    switch (input) {
      case Input.Tick(long now) -> onTick(now);
      case Input.Receive(MemberId from, RaftMessage message) -> onMessage(from, message);
      case Input.Propose proposal -> replication.onPropose(proposal);
      case Input.Persisted(long upTo) -> onPersisted(upTo);
      case Input.PeerLost(MemberId member) -> onPeerLost(member);
      case Input.Bootstrap(Membership membership) -> onBootstrap(membership);
      case Input.TransferLeadership(MemberId to, long timeout) -> transfer.begin(to, timeout);
      case Input.Read(long token) -> readIndex.onRead(token);
      case Input.Fitness(boolean works) -> onFitness(works);
      case Input.AddMember(MemberId member) -> members.add(member);
      case Input.RemoveMember(String name) -> members.remove(name);
      case Input.Compact(long upTo) -> compaction.cutTo(upTo);
      case Input.SnapshotSpooled(SnapshotInfo snapshot) ->
          snapshots.spooled(isStateFit() ? snapshot : null); // nobody is to have a bad state
      case Input.ChunkStored stored -> installation.onChunkStored(stored);
      case Input.SnapshotInstalled(SnapshotInfo snapshot, boolean done) ->
          installation.onInstalled(snapshot, done);
      case Input.ForeignState _ -> state.fit.isForeign();
      case Input.RefetchState _ -> installation.onRefetchState();
    }
  }

  /** Hands out the work that arose since the last call. */
  public Ready takeReady() {
    if (state.role instanceof Role.Leader leader) {
      readIndex.answerProven(leader);
      transfer.maybeHandOver(leader);
    }
    if (state.role instanceof Role.Leader leader) {
      replication.replicate(leader);
      snapshots.send(leader, term(), state.nowMillis);
    }
    Ready.Write write = state.disk.takeWrite();
    return new Ready(
        write,
        state.disk.takeMessages(),
        state.takeReplies(),
        state.takeReadAnswers(),
        snapshots.takeTasks());
  }

  /**
   * Hands out the next committed entries, each once, in order. Only entries on this member's own
   * disk, so that its state never gets ahead of its log. None while the state is not what the log
   * led to.
   *
   * @param maxBytes bound; a larger single entry is handed out alone
   */
  public List<LogEntry> takeCommitted(int maxBytes) {
    if (!isStateFit() || snapshots.isInstalling()) {
      return List.of();
    }
    long upTo = Math.min(state.commitIndex, state.log.durableIndex());
    List<LogEntry> entries = state.log.read(state.takenIndex + 1, upTo, maxBytes);
    if (!entries.isEmpty()) {
      state.takenIndex = entries.getLast().index();
    }
    return entries;
  }

  // What happened

  private void onTick(long now) {
    boolean stalled = now - state.nowMillis > state.timings.heartbeatMillis();
    snapshots.refill(Math.max(0, now - state.nowMillis));
    state.nowMillis = Math.max(state.nowMillis, now);
    if (state.role instanceof Role.Leader leader) {
      if (stalled) {
        leader.checkQuorumNotBeforeMillis = state.nowMillis + state.timings.heartbeatMillis();
      }
      onLeaderTick(leader);
      return;
    }
    if (stalled) {
      state.timer.stoodStill(state.nowMillis);
    }
    if (state.timer.hasPassed(state.nowMillis)) {
      election.campaign();
    }
  }

  private void onLeaderTick(Role.Leader leader) {
    long now = state.nowMillis;
    if (now >= leader.checkQuorumNotBeforeMillis
        && now - state.quorumContact(leader) >= state.timings.electionMaxMillis()) {
      state.becomeFollower(term(), null); // check-quorum, thesis §6.2
      return;
    }
    transfer.onTick(leader);
    boolean roundForReads = leader.reads.takeRound(now);
    if (roundForReads || now >= leader.nextHeartbeatMillis) {
      leader.nextHeartbeatMillis = now + state.timings.heartbeatMillis();
      replication.heartbeat(leader);
    }
    members.continueChange(leader);
  }

  private void onPeerLost(MemberId member) {
    switch (state.role) {
      case Role.Follower(MemberId leader) when member.equals(leader) ->
          state.timer.lostLeader(state.nowMillis);
      case Role.Leader leading -> replication.onPeerLost(leading, member);
      default -> {}
    }
  }

  private void onPersisted(long upTo) {
    state.disk.persisted(upTo);
    election.onPersisted();
    replication.maybeAdvanceCommit();
  }

  private void onBootstrap(Membership membership) {
    if (!isEmpty()) {
      return;
    }
    state.disk.setHardState(new HardState(1, null));
    state.log.append(new LogEntry.MembershipChange(new LogId(1, 1), membership));
    state.timer.reset(state.nowMillis);
  }

  /** What makes a member unfit lies outside the algorithm: the state machine's backend failed. */
  private void onFitness(boolean works) {
    state.backendWorks = works;
    if (!works && role() != RoleName.FOLLOWER) {
      state.becomeFollower(term(), null);
    }
  }

  /**
   * Pre-votes and votes first: a request for them must not bring in its term by itself. Of all
   * others a higher term is believed (§5.1).
   */
  private void onMessage(MemberId from, RaftMessage message) {
    switch (message) {
      case RaftMessage.PreVoteRequest request -> {
        election.onPreVoteRequest(from, request);
        return;
      }
      case RaftMessage.VoteRequest request -> {
        election.onVoteRequest(from, request);
        return;
      }
      case RaftMessage.PreVoteResponse response when response.granted() -> {
        election.onPreVoteResponse(from, response); // its term is one that nobody has begun yet
        return;
      }
      default -> {}
    }
    if (message.term() > term()) {
      state.becomeFollower(message.term(), null); // §5.1
    }
    switch (message) {
      case RaftMessage.AppendEntries append -> follower.onAppendEntries(from, append);
      case RaftMessage.AppendAccepted accepted -> replication.onAccepted(from, accepted);
      case RaftMessage.AppendRejected rejected -> replication.onRejected(from, rejected);
      case RaftMessage.VoteResponse response -> election.onVoteResponse(from, response);
      case RaftMessage.TimeoutNow timeoutNow -> transfer.onTimeoutNow(from, timeoutNow);
      case RaftMessage.InstallSnapshot install -> installation.onInstallSnapshot(from, install);
      case RaftMessage.SnapshotStored stored -> onSnapshotStored(from, stored);
      case RaftMessage.PreVoteResponse _ -> {} // refused: its term was all it had to say
      case RaftMessage.PreVoteRequest _, RaftMessage.VoteRequest _ ->
          throw new IllegalStateException("answered above");
    }
  }

  /** The follower has so much of its snapshot. */
  private void onSnapshotStored(MemberId from, RaftMessage.SnapshotStored stored) {
    Progress progress = replication.progressOf(from, stored.term(), stored.sentAtMillis());
    if (progress != null) {
      snapshots.acknowledged(progress, stored, state.nowMillis);
    }
  }

  // What it is like

  public MemberId self() {
    return state.self;
  }

  public RoleName role() {
    return state.role.name();
  }

  public long term() {
    return state.term();
  }

  /** Term and vote as in memory; may be ahead of the disk. */
  public HardState hardState() {
    return state.disk.hardState();
  }

  /** The leader of the current term, if known. */
  public Optional<MemberId> leader() {
    return switch (state.role) {
      case Role.Leader _ -> Optional.of(state.self);
      case Role.Follower(MemberId leader) -> Optional.ofNullable(leader);
      default -> Optional.empty();
    };
  }

  public long commitIndex() {
    return state.commitIndex;
  }

  /** The log, to be read only. */
  public RaftLog log() {
    return state.log;
  }

  /** Newest membership in the log. */
  public Optional<Membership> membership() {
    return state.log.membership();
  }

  /** Whether this very incarnation is a voter of the newest membership. */
  public boolean isVoter() {
    return state.isVoter(state.self);
  }

  /**
   * Whether log, hard state and state hold nothing, so that the group may still be formed. A state
   * without its log is what is left of a member that has lost its log (rule I5).
   */
  public boolean isEmpty() {
    return state.log.lastIndex() == 0
        && hardState().equals(HardState.INITIAL)
        && state.fit.hadNoState();
  }

  /**
   * Whether the state is what this log led to. If not, this member votes and keeps the log, but
   * applies nothing until it knows better or has a snapshot (rule T2). It stands for election only
   * if nobody else gets to lead, takes no proposals, and hands over as soon as it can.
   */
  public boolean isStateFit() {
    return state.fit.isFit();
  }

  /**
   * Index that a snapshot for some follower must have at least, if this member leads and has none
   * that would do.
   */
  public Optional<Long> wantedSnapshot() {
    return state.role instanceof Role.Leader leader && isStateFit()
        ? snapshots.wanted(leader)
        : Optional.empty();
  }

  /** Whether some follower is being sent the snapshot this member has. */
  public boolean isSnapshotInUse() {
    return state.role instanceof Role.Leader leader && Snapshots.isInUse(leader);
  }

  /** Snapshots on their way from or to this member. */
  public List<SnapshotProgress> snapshotProgress() {
    return snapshots.progress(state.role instanceof Role.Leader leader ? leader : null);
  }

  /**
   * How far apart ticks may be now, in milliseconds: a fifth of a heartbeat, at most {@value
   * #LONGEST_REST_MILLIS}; shorter when an election is near, as elections keep apart by little.
   */
  public long restMillis() {
    long usual = Math.clamp(state.timings.heartbeatMillis() / 5, 1, LONGEST_REST_MILLIS);
    boolean near = state.timer.passesWithin(state.nowMillis, 3 * usual);
    return near && role() != RoleName.LEADER ? Math.min(usual, NEAR_REST_MILLIS) : usual;
  }

  /** Index of the NoOp of this leader's term, empty if it does not lead. */
  public Optional<Long> noOpIndex() {
    return state.role instanceof Role.Leader leader
        ? Optional.of(leader.noOpIndex)
        : Optional.empty();
  }

  /**
   * Time of sending of the newest message with which this leader reached a majority; the start of
   * its leadership until then; empty if it does not lead. On the clock of {@link Input.Tick}.
   */
  public Optional<Long> quorumContactMillis() {
    return state.role instanceof Role.Leader leader
        ? Optional.of(state.quorumContact(leader))
        : Optional.empty();
  }

  /** Whether this leader is handing its leadership over and takes no proposals meanwhile. */
  public boolean isHandingOver() {
    return state.role instanceof Role.Leader leader && leader.transfer != null;
  }

  /** Whether this leader would take in a change of the membership now: one at a time. */
  public boolean takesMembershipChange() {
    return members.takesChange();
  }

  /** Whether a read waits for the next millisecond, so that the next tick should come soon. */
  public boolean hasUnsentReads() {
    return state.role instanceof Role.Leader leader && leader.reads.hasUnsent();
  }
}
