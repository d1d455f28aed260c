package dev.orchestrator.raft.sim;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftLog;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.RaftTimings;
import dev.orchestrator.raft.core.Ready;
import dev.orchestrator.raft.core.RoleName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What must hold after every step, whatever happened (Figure 3 and more). Keeps the history of the
 * whole group, which no member has.
 */
final class Invariants {
  private record Vote(MemberId voter, long term) {}

  private record Committed(LogEntry entry, long observedInTerm) {}

  private final Collection<SimMember> members;
  private final RaftTimings timings;
  private final boolean checkLease;
  private final Map<Long, MemberId> leaders = new HashMap<>();
  private final Map<Vote, MemberId> votes = new HashMap<>();
  private final Map<LogId, LogEntry> everAppended = new HashMap<>();
  private final Map<LogId, LogId> everBefore = new HashMap<>();
  private final List<Committed> committed = new ArrayList<>();

  /** The state after each committed entry; the first one is the empty state. */
  private final List<SimState> states = new ArrayList<>(List.of(SimState.EMPTY));

  private long answered;

  /** Newest index whose effect a client was told or shown. */
  private long newestSeen;

  /** What had been seen when a read was asked for or a value proposed. */
  private final Map<Long, Long> seenBeforeRead = new HashMap<>();

  private final Map<Long, Long> seenBeforePropose = new HashMap<>();
  private long read;

  Invariants(Collection<SimMember> members, RaftTimings timings, boolean checkLease) {
    this.members = members;
    this.timings = timings;
    this.checkLease = checkLease;
  }

  long committedCount() {
    return committed.size();
  }

  /** Newest committed entry that changes the membership. */
  LogEntry.MembershipChange committedMembership() {
    for (Committed each : committed.reversed()) {
      if (each.entry() instanceof LogEntry.MembershipChange change) {
        return change;
      }
    }
    throw new Violation("nothing committed yet");
  }

  long readCount() {
    return read;
  }

  long answeredCount() {
    return answered;
  }

  /** A node was just built from its disk. */
  void onStart(SimMember member) {
    remember(member);
  }

  /** What a log begins behind is as it was committed, with the membership of that place (§7). */
  private void beginningIsTrue(RaftNode node) {
    LastIncluded first = node.log().lastIncluded();
    if (first.index() == 0 || first.index() > committed.size()) {
      return; // the latter shows in commitIsFinal
    }
    Violation.unless(
        committed.get((int) first.index() - 1).entry().id().equals(first.id()),
        "%s: its log begins behind %s, which was not committed",
        node.self(),
        first.id());
    for (long index = first.index(); index > 0; index--) {
      if (committed.get((int) index - 1).entry() instanceof LogEntry.MembershipChange change) {
        Violation.unless(
            first.membership().equals(Optional.of(change.membership())),
            "%s: its log begins behind %s with the membership %s",
            node.self(),
            first.id(),
            first.membership());
        return;
      }
    }
  }

  /** After a step and before its work is carried out. */
  void afterStep(SimMember member, Ready ready, long nowMicros) {
    RaftNode node = member.node;
    if (ready.write() != null && ready.write().cutTo() != null) {
      beginningIsTrue(node);
    }
    hardStateIsMonotonic(member);
    logsMatch(node, ready);
    leaderAppendsOnly(member);
    commitIsFinal(member);
    if (node.role() == RoleName.LEADER) {
      oneLeaderPerTerm(node);
      if (member.role != RoleName.LEADER || member.term != node.term()) {
        leaderIsComplete(node);
      }
    }
    ready.messages().forEach(message -> votesOnce(node, message));
    if (checkLease) {
      atMostOneLeaderCheck(nowMicros);
    }
    remember(member);
  }

  private static void remember(SimMember member) {
    RaftNode node = member.node;
    member.role = node.role();
    member.term = node.term();
    member.votedFor = node.hardState().votedFor();
    member.commitIndex = node.commitIndex();
    member.lastIndex = node.log().lastIndex();
    member.lastTerm = node.log().lastId().term();
  }

  private static void hardStateIsMonotonic(SimMember member) {
    HardState now = member.node.hardState();
    Violation.unless(now.term() >= member.term, "%s: term went back", member.id);
    Violation.unless(
        now.term() > member.term
            || member.votedFor == null
            || member.votedFor.equals(now.votedFor()),
        "%s: changed its vote in term %d",
        member.id,
        now.term());
  }

  /** Election safety (§5.2). */
  private void oneLeaderPerTerm(RaftNode node) {
    MemberId other = leaders.putIfAbsent(node.term(), node.self());
    Violation.unless(
        other == null || other.equals(node.self()),
        "two leaders in term %d: %s and %s",
        node.term(),
        other,
        node.self());
  }

  /** A vote given away binds for ever, also over restarts. */
  private void votesOnce(RaftNode node, Ready.Outbound message) {
    MemberId candidate =
        switch (message.message()) {
          case RaftMessage.VoteResponse response when response.granted() -> message.to();
          case RaftMessage.VoteRequest _ -> node.self();
          default -> null;
        };
    if (candidate == null) {
      return;
    }
    Vote vote = new Vote(node.self(), message.message().term());
    MemberId before = votes.putIfAbsent(vote, candidate);
    Violation.unless(
        before == null || before.equals(candidate), "%s: voted twice, %s", node.self(), vote);
  }

  /** Log matching (§5.3): equal term and index mean equal entry and equal past. */
  private void logsMatch(RaftNode node, Ready ready) {
    Ready.Write write = ready.write();
    if (write == null) {
      return;
    }
    RaftLog log = node.log();
    for (LogEntry entry : write.append()) {
      LogId before = new LogId(log.termAt(entry.index() - 1), entry.index() - 1);
      LogEntry same = everAppended.putIfAbsent(entry.id(), entry);
      Violation.unless(
          same == null || same.equals(entry), "%s: two entries %s", node.self(), entry.id());
      LogId sameBefore = everBefore.putIfAbsent(entry.id(), before);
      Violation.unless(
          sameBefore == null || sameBefore.equals(before),
          "%s: %s behind %s and behind %s",
          node.self(),
          entry.id(),
          before,
          sameBefore);
    }
  }

  /** Leader append-only (§5.3). */
  private static void leaderAppendsOnly(SimMember member) {
    RaftNode node = member.node;
    if (member.role == RoleName.LEADER
        && node.role() == RoleName.LEADER
        && member.term == node.term()) {
      Violation.unless(
          node.log().lastIndex() >= member.lastIndex
              && node.log().termAt(member.lastIndex) == member.lastTerm,
          "%s: a leader changed its log",
          member.id);
    }
  }

  /** State machine safety (§5.4.3), and that a commit is on the disks of a majority. */
  private void commitIsFinal(SimMember member) {
    RaftNode node = member.node;
    Violation.unless(
        node.commitIndex() >= member.commitIndex, "%s: commit index went back", member.id);
    Violation.unless(
        node.commitIndex() <= node.log().lastIndex(), "%s: commit behind the log", member.id);
    if (node.commitIndex() == member.commitIndex) {
      return;
    }
    long compacted = node.log().lastIncluded().index();
    Violation.unless(
        compacted <= committed.size(), "%s: a snapshot of what nobody committed", member.id);
    for (long index = Math.max(compacted, member.commitIndex + 1);
        index <= node.commitIndex();
        index++) {
      LogId id = new LogId(node.log().termAt(index), index);
      LogEntry entry = everAppended.get(id);
      Violation.unless(entry != null, "%s: committed %s, which nobody appended", member.id, id);
      if (index > committed.size()) {
        committed.add(new Committed(entry, node.term()));
      }
      LogEntry first = committed.get((int) index - 1).entry();
      Violation.unless(
          first.equals(entry), "%s: committed %s, another one %s", member.id, id, first.id());
    }
    if (node.role() == RoleName.LEADER) {
      isOnQuorum(node);
    }
  }

  private void isOnQuorum(RaftNode node) {
    LogId id = new LogId(node.log().termAt(node.commitIndex()), node.commitIndex());
    List<MemberId> holders = members.stream().flatMap(other -> other.holding(id).stream()).toList();
    Violation.unless(
        node.membership().orElseThrow().isQuorum(holders),
        "%s: committed %s, which only %s have on disk",
        node.self(),
        id,
        holders);
  }

  /**
   * Leader completeness (§5.4.3). A vote that comes late may lawfully make a leader of an old term,
   * so only what was committed in earlier terms counts.
   */
  private void leaderIsComplete(RaftNode node) {
    for (Committed earlier : committed) {
      LogId id = earlier.entry().id();
      Violation.unless(
          earlier.observedInTerm() >= node.term() || node.log().contains(id),
          "%s: leader of term %d lacks committed %s",
          node.self(),
          node.term(),
          id);
    }
  }

  /** Rule L1, with clocks of bounded drift and as long as nothing closes connections. */
  private void atMostOneLeaderCheck(long nowMicros) {
    List<MemberId> sure =
        members.stream()
            .filter(member -> member.leaderCheck(nowMicros, timings))
            .map(member -> member.id)
            .toList();
    Violation.unless(sure.size() <= 1, "leader-check of several members: %s", sure);
  }

  /** Entries reach a state machine in order, without gaps, and as committed. */
  void onApplied(SimMember member, LogEntry entry) {
    Violation.unless(
        entry.index() == member.applied() + 1,
        "%s: applied %s after %d",
        member.id,
        entry,
        member.applied());
    Violation.unless(
        entry.index() <= committed.size()
            && committed.get((int) entry.index() - 1).entry().equals(entry),
        "%s: applied %s, which is not what was committed",
        member.id,
        entry);
    Violation.unless(
        member.disk.holds(entry.id()), "%s: state ahead of its log: %s", member.id, entry);
    stateIsTrue(member.id, member.state.after(entry));
  }

  /** Every state is that of the committed entries up to its place, whatever way it came about. */
  void stateIsTrue(MemberId member, SimState state) {
    int index = (int) state.applied().index();
    Violation.unless(index <= committed.size(), "%s: a state of what nobody committed", member);
    while (states.size() <= index) {
      states.add(states.getLast().after(committed.get(states.size() - 1).entry()));
    }
    Violation.unless(
        states.get(index).equals(state),
        "%s: its state is %s instead of %s",
        member,
        state,
        states.get(index));
  }

  /** The state of the committed entries up to here; some member has applied them. */
  SimState stateAt(long index) {
    return states.get((int) index);
  }

  void onReadAsked(long token) {
    seenBeforeRead.put(token, newestSeen);
  }

  void onProposed(long token) {
    seenBeforePropose.put(token, newestSeen);
  }

  /**
   * A client read the register. The log is one total order of all writes, so the history is
   * linearizable if reads and writes respect what had been seen before they were asked for.
   */
  void onRead(SimMember member, long token) {
    read++;
    Violation.unless(
        member.applied() >= seenBeforeRead.get(token),
        "%s: stale read of index %d, index %d had been seen before it was asked for",
        member.id,
        member.applied(),
        seenBeforeRead.get(token));
    newestSeen = Math.max(newestSeen, member.applied());
  }

  /**
   * A client was told that its proposal is applied; {@link #onApplied} keeps it from being lost.
   */
  void onAnswered(long token, LogEntry proposed, LogEntry applied) {
    answered++;
    Violation.unless(
        applied.index() > seenBeforePropose.get(token),
        "a write went before one that had been seen when it was proposed: %s",
        applied);
    newestSeen = Math.max(newestSeen, applied.index());
    Violation.unless(
        !proposed.id().equals(applied.id()) || proposed.equals(applied),
        "another command applied as %s",
        proposed.id());
  }
}
