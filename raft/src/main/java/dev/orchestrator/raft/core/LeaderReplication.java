package dev.orchestrator.raft.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * AppendEntries, sender side (Figure 2, §5.3, §5.4.2): takes proposals, brings each follower's log
 * to equal its own, in batches and pipelined within bounds, and commits what a majority has on
 * disk. Confined to its node's thread.
 */
final class LeaderReplication {
  private final NodeState state;
  private final RaftLog log;

  LeaderReplication(NodeState state) {
    this.state = state;
    this.log = state.log;
  }

  void onPropose(Input.Propose proposal) {
    if (!(state.role instanceof Role.Leader leader)) {
      state.reply(new Ready.Reply.NotLeader(proposal.token()));
      return;
    }
    if (leader.transfer != null || !leader.hasRoom(state.limits) || !state.fit.isFit()) {
      state.reply(new Ready.Reply.Overloaded(proposal.token()));
      return;
    }
    LogId id = state.nextId();
    state.append(leader, new LogEntry.Command(id, proposal.command()));
    state.reply(new Ready.Reply.Appended(proposal.token(), id));
  }

  // Sending

  /** Sends every follower what it lacks and what the window to it allows. */
  void replicate(Role.Leader leader) {
    leader.progress.forEach(this::replicateTo);
  }

  private void replicateTo(MemberId member, Progress progress) {
    int maxBytes = state.limits.maxAppendBytes();
    if (progress.probing) {
      if (!progress.probeSent) {
        progress.probeSent = true;
        // One that needs a snapshot only has to learn that its leader is alive.
        long upTo = progress.behindLog ? 0 : log.lastIndex();
        sendAppend(member, progress, log.read(progress.nextIndex, upTo, maxBytes));
      }
      return;
    }
    while (progress.nextIndex <= log.lastIndex() && progress.hasRoom(state.limits)) {
      List<LogEntry> entries = log.read(progress.nextIndex, log.lastIndex(), maxBytes);
      sendAppend(member, progress, entries);
      int bytes = entries.stream().mapToInt(LogEntry::sizeBytes).sum();
      progress.sent(entries.getLast().index(), bytes);
    }
    if (progress.toldCommit < state.commitIndex && !progress.hasInflight()) {
      sendAppend(member, progress, List.of()); // else the next message will tell it
    }
  }

  /** A message to every follower, so that none of them stands for election (§5.2). */
  void heartbeat(Role.Leader leader) {
    leader.progress.forEach(this::heartbeatTo);
  }

  private void heartbeatTo(MemberId member, Progress progress) {
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
    progress.toldCommit = state.commitIndex;
    state.send(
        member,
        new RaftMessage.AppendEntries(
            state.term(), prevLog, entries, state.commitIndex, state.nowMillis));
  }

  // Answers

  void onAccepted(MemberId from, RaftMessage.AppendAccepted accepted) {
    Progress progress = progressOf(from, accepted.term(), accepted.sentAtMillis());
    if (progress == null || accepted.matchIndex() > log.lastIndex()) {
      return;
    }
    progress.accepted(accepted.matchIndex());
    progress.behindLog = false;
    progress.snapshotFrom = accepted.snapshotFrom();
    probeFromBeginningIfCut(progress);
    maybeAdvanceCommit();
  }

  void onRejected(MemberId from, RaftMessage.AppendRejected rejected) {
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

  /** The log's beginning was cut: it can be sent from its first entry at the earliest. */
  void logWasCut(Role.Leader leader) {
    leader.progress.values().forEach(this::probeFromBeginningIfCut);
  }

  private void probeFromBeginningIfCut(Progress progress) {
    if (progress.nextIndex < log.firstIndex()) {
      progress.probeFrom(log.firstIndex());
    }
  }

  /** The connection to a follower closed. */
  void onPeerLost(Role.Leader leader, MemberId member) {
    Progress progress = leader.progress.get(member);
    if (progress == null) {
      return;
    }
    progress.probeFrom(firstToSend(progress.matchIndex + 1)); // what was on the way is gone
    Snapshots.interrupted(progress);
    // For leader-check this follower counts again once it answers to something newer.
    progress.contactSentAtMillis =
        Math.min(progress.contactSentAtMillis, state.nowMillis - state.timings.leaderCheckMillis());
  }

  /** The follower's progress, its contact noted; null if the answer is not for this leadership. */
  @Nullable Progress progressOf(MemberId from, long answerTerm, long sentAtMillis) {
    if (!(state.role instanceof Role.Leader leader) || answerTerm != state.term()) {
      return null;
    }
    Progress progress = leader.progress.get(from);
    if (progress != null && sentAtMillis <= state.nowMillis) {
      progress.contactSentAtMillis = Math.max(progress.contactSentAtMillis, sentAtMillis);
    }
    return progress;
  }

  // Committing

  /** §5.3, §5.4.2: counting replicas commits entries of the own term only, and all before them. */
  void maybeAdvanceCommit() {
    Membership membership = state.membership();
    if (!(state.role instanceof Role.Leader leader) || membership == null) {
      return;
    }
    long onQuorum = leader.quorumMatch(membership, state.self, log.durableIndex());
    if (onQuorum > state.commitIndex && log.termAt(onQuorum) == state.term()) {
      state.commitTo(onQuorum);
    }
  }
}
