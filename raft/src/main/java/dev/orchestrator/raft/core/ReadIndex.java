package dev.orchestrator.raft.core;

/**
 * Reads that see everything written before them, without an entry in the log (ReadIndex, §8, thesis
 * §6.4). Confined to its node's thread.
 */
final class ReadIndex {
  private final NodeState state;

  ReadIndex(NodeState state) {
    this.state = state;
  }

  /**
   * Asked for. What earlier leaders committed lies before this term's NoOp, so a read waits at
   * least for that to be committed.
   */
  void onRead(long token) {
    if (!(state.role instanceof Role.Leader leader)) {
      state.answer(new Ready.ReadAnswer.NotLeader(token));
    } else if (leader.reads.size() >= state.limits.maxUncommittedEntries()) {
      state.answer(new Ready.ReadAnswer.Overloaded(token));
    } else {
      leader.reads.add(token, Math.max(state.commitIndex, leader.noOpIndex), state.nowMillis);
    }
  }

  /** Answers the reads that are proven by now. */
  void answerProven(Role.Leader leader) {
    leader
        .reads
        .takeConfirmed(state.quorumContact(leader), state.commitIndex)
        .forEach(state::answer);
  }
}
