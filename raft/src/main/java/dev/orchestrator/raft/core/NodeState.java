package dev.orchestrator.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one node share, and the few steps that several of them take: to follow, to
 * commit, to send. Each part of the algorithm holds this and nothing else that changes, and no part
 * is called from here. Confined to its node's thread.
 */
final class NodeState {
  final MemberId self;
  final RaftTimings timings;
  final RaftLimits limits;
  final RaftLog log;
  final Durability disk;
  final ElectionTimer timer;
  final StateFit fit;

  Role role = new Role.Follower(null);
  long commitIndex;

  /** Last index that was given out to be applied. */
  long takenIndex;

  long nowMillis;

  /** Election timeouts since a leader was heard, while the state is unfit. */
  int timeoutsUnfit;

  /** Whether the state machine can be used, as the driver says; else others had better lead. */
  boolean backendWorks = true;

  private List<Ready.Reply> replies = new ArrayList<>();
  private List<Ready.ReadAnswer> readAnswers = new ArrayList<>();

  NodeState(
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
    this.log = log;
    this.disk = new Durability(log, hardState);
    this.timer = new ElectionTimer(timings, hardState.term() > 0, nowMillis, seed);
    this.fit = new StateFit(applied, log);
    this.commitIndex = fit.isFit() ? applied.index() : log.lastIncluded().index();
    this.takenIndex = applied.index();
    this.nowMillis = nowMillis;
  }

  long term() {
    return disk.hardState().term();
  }

  @Nullable Membership membership() {
    return log.membership().orElse(null);
  }

  boolean isVoter(MemberId member) {
    return log.membership().filter(membership -> membership.isVoter(member)).isPresent();
  }

  /** The leader this node knows and follows. */
  Optional<MemberId> follows() {
    return role.follows();
  }

  // Changes of role and term

  /** Follows, or waits for somebody to follow; a new term begins without a vote (§5.1). */
  void becomeFollower(long newTerm, @Nullable MemberId leader) {
    require(newTerm >= term(), "term never goes back");
    if (newTerm > term()) {
      disk.setHardState(new HardState(newTerm, null));
    }
    if (role instanceof Role.Leader former) {
      readAnswers.addAll(former.reads.takeRefused());
      timeoutsUnfit = 0; // it had its turn
      timer.reset(nowMillis);
    }
    role = new Role.Follower(leader);
  }

  // Log and commit index

  /** A leader only ever adds to its log (Figure 3, leader append-only). */
  void append(Role.Leader leader, LogEntry entry) {
    log.append(entry);
    leader.appended(entry);
  }

  /** The next place in the log, in this term. */
  LogId nextId() {
    return new LogId(term(), log.lastIndex() + 1);
  }

  void commitTo(long index) {
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

  /** When the newest message was sent with which this leader reached a majority. */
  long quorumContact(Role.Leader leader) {
    Membership membership = membership();
    return membership == null
        ? leader.sinceMillis
        : leader.quorumContact(membership, self, nowMillis);
  }

  // What leaves the node

  /** Sends once everything decided so far is on disk. */
  void promise(MemberId to, RaftMessage message) {
    disk.promise(to, message);
  }

  void send(MemberId to, RaftMessage message) {
    disk.send(to, message);
  }

  void reply(Ready.Reply reply) {
    replies.add(reply);
  }

  void answer(Ready.ReadAnswer answer) {
    readAnswers.add(answer);
  }

  List<Ready.Reply> takeReplies() {
    List<Ready.Reply> taken = replies;
    replies = new ArrayList<>();
    return taken;
  }

  List<Ready.ReadAnswer> takeReadAnswers() {
    List<Ready.ReadAnswer> taken = readAnswers;
    readAnswers = new ArrayList<>();
    return taken;
  }

  /** Stops the node rather than let it go on with what must never be. */
  static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("broken Raft invariant: " + what);
    }
  }
}
