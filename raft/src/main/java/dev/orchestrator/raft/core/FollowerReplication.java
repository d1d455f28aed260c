package dev.orchestrator.raft.core;

/**
 * AppendEntries, receiver side (Figure 2, §5.3): takes the leader's entries behind an equal one,
 * says where the logs part, and acknowledges what is on disk. Confined to its node's thread.
 */
final class FollowerReplication {
  private final NodeState state;
  private final RaftLog log;

  FollowerReplication(NodeState state) {
    this.state = state;
    this.log = state.log;
  }

  void onAppendEntries(MemberId from, RaftMessage.AppendEntries append) {
    if (append.term() < state.term()) {
      refuseOldTerm(from, append.sentAtMillis());
      return;
    }
    hear(from, append.term());
    if (!log.contains(append.prevLog())) {
      rejectWithHint(from, append);
      return;
    }
    appendMissing(append);
    long matchIndex = append.prevLog().index() + append.entries().size();
    state.commitTo(Math.min(append.leaderCommit(), matchIndex));
    state.fit.heardCommit(append.leaderCommit(), append.term());
    accept(from, append, matchIndex);
  }

  /** A message of the leader of this term came in. */
  void hear(MemberId from, long leaderTerm) {
    NodeState.require(!(state.role instanceof Role.Leader), "two leaders in one term");
    state.becomeFollower(leaderTerm, from);
    state.timeoutsUnfit = 0;
    state.timer.heardLeader(state.nowMillis);
  }

  /** Who sends this led once; the answer's term tells it that it leads no more (§5.1). */
  void refuseOldTerm(MemberId from, long sentAtMillis) {
    state.promise(from, new RaftMessage.AppendRejected(state.term(), 0, 0, 0, sentAtMillis));
  }

  /** Names the whole term that conflicts, so that the leader skips it at once (end of §5.3). */
  private void rejectWithHint(MemberId from, RaftMessage.AppendEntries append) {
    long prevIndex = append.prevLog().index();
    boolean tooShort = prevIndex > log.lastIndex();
    long conflictTerm = tooShort ? 0 : log.termAt(prevIndex);
    long conflictIndex = tooShort ? log.lastIndex() + 1 : log.firstIndexOfTermAt(prevIndex);
    state.promise(
        from,
        new RaftMessage.AppendRejected(
            state.term(), prevIndex, conflictTerm, conflictIndex, append.sentAtMillis()));
  }

  /** Cuts only at a real conflict: a late message must not remove entries that match (§5.3). */
  private void appendMissing(RaftMessage.AppendEntries append) {
    for (LogEntry entry : append.entries()) {
      if (log.contains(entry.id())) {
        continue;
      }
      if (entry.index() <= log.lastIndex()) {
        NodeState.require(entry.index() > state.commitIndex, "a committed entry is never removed");
        state.disk.truncateLogFrom(entry.index());
      }
      log.append(entry);
    }
  }

  /**
   * Acknowledges what matches once it is on disk. A heartbeat that meets a busy disk is answered at
   * once, for what is durable already: a slow sync must not look like a lost follower.
   */
  private void accept(MemberId from, RaftMessage.AppendEntries append, long matchIndex) {
    long durable = Math.min(matchIndex, log.durableIndex());
    if (state.disk.isHardStateDurable() && (append.entries().isEmpty() || durable == matchIndex)) {
      state.send(from, accepted(durable, append.sentAtMillis()));
      return;
    }
    promiseAccepted(from, matchIndex, append.sentAtMillis());
  }

  /** Acknowledges everything up to there, once it is on disk. */
  void promiseAccepted(MemberId leader, long matchIndex, long sentAtMillis) {
    state.promise(leader, accepted(matchIndex, sentAtMillis));
  }

  private RaftMessage accepted(long matchIndex, long sentAtMillis) {
    return new RaftMessage.AppendAccepted(
        state.term(), matchIndex, sentAtMillis, state.fit.snapshotFrom());
  }
}
