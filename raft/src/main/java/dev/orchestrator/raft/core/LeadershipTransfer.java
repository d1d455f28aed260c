package dev.orchestrator.raft.core;

import org.jspecify.annotations.Nullable;

/**
 * Leadership goes to another member without waiting for a timeout (thesis §3.10), because somebody
 * asks for it, or because this member should not lead. Confined to its node's thread.
 */
final class LeadershipTransfer {
  private final NodeState state;
  private final Election election;

  LeadershipTransfer(NodeState state, Election election) {
    this.state = state;
    this.election = election;
  }

  /**
   * Begins to hand over.
   *
   * @param wanted to whom; null: to who has most
   * @param timeoutMillis after that it goes on leading
   */
  void begin(@Nullable MemberId wanted, long timeoutMillis) {
    if (!(state.role instanceof Role.Leader leader)) {
      return;
    }
    MemberId to = wanted == null ? mostUpToDate(leader) : wanted;
    Progress progress = to == null ? null : leader.progress.get(to);
    if (to != null && progress != null && state.isVoter(to)) {
      leader.transfer = new Role.Transfer(to, state.nowMillis + timeoutMillis);
      progress.probeSent = false; // do not wait for the next heartbeat to find out where it is
    }
  }

  /** Time passed: gives up what takes too long, and hands over if it can apply nothing. */
  void onTick(Role.Leader leader) {
    Role.Transfer transfer = leader.transfer;
    if (transfer != null && state.nowMillis >= transfer.untilMillis()) {
      leader.transfer = null;
    }
    if (leader.transfer == null && !state.fit.isFit()) {
      begin(null, state.timings.electionMaxMillis());
    }
  }

  /** The other voter heard lately that has most; null if there is none. */
  @Nullable MemberId mostUpToDate(Role.Leader leader) {
    Membership membership = state.membership();
    return membership == null
        ? null
        : leader.mostUpToDate(membership, state.nowMillis - state.timings.electionMinMillis());
  }

  /**
   * Once the successor has the whole log and all of it is committed: steps down and only then tells
   * it to stand, so that leader-check and reads have ended here before anybody ignores the lease.
   * Should the message be lost, an ordinary election follows.
   */
  void maybeHandOver(Role.Leader leader) {
    Role.Transfer transfer = leader.transfer;
    Progress progress = transfer == null ? null : leader.progress.get(transfer.to());
    if (transfer == null || progress == null) {
      return;
    }
    long lastIndex = state.log.lastIndex();
    if (progress.matchIndex == lastIndex && state.commitIndex == lastIndex) {
      stepDownFor(transfer.to());
    }
  }

  /** A leader that is no member any more leaves; whoever has most is told to stand. */
  void stepDownRemoved(Role.Leader leader) {
    stepDownFor(mostUpToDate(leader));
  }

  private void stepDownFor(@Nullable MemberId successor) {
    state.becomeFollower(state.term(), null);
    if (successor != null) {
      state.send(successor, new RaftMessage.TimeoutNow(state.term()));
    }
  }

  /**
   * Only the leader this member follows, in this very term, may hurry it past lease and pre-vote.
   */
  void onTimeoutNow(MemberId from, RaftMessage.TimeoutNow timeoutNow) {
    Membership membership = state.membership();
    boolean genuine =
        timeoutNow.term() == state.term()
            && state.role instanceof Role.Follower(MemberId leader)
            && from.equals(leader);
    boolean fitToLead = state.fit.isFit() && state.backendWorks;
    if (genuine && fitToLead && membership != null && membership.isVoter(state.self)) {
      election.becomeCandidate(membership, true);
    }
  }
}
