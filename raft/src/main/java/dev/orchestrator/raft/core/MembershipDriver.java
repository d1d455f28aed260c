package dev.orchestrator.raft.core;

import java.util.Optional;

/**
 * Leads the group from one membership to the next (§6, thesis §4): takes in one change at a time,
 * and goes on with it, own or inherited, once its last step is committed. What the steps are says
 * {@link MembershipChanges}. Confined to its node's thread.
 */
final class MembershipDriver {
  /** A learner not heard for so many longest election timeouts is given up. */
  private static final long GIVE_UP_TIMEOUTS = 4;

  private final NodeState state;
  private final LeadershipTransfer transfer;

  MembershipDriver(NodeState state, LeadershipTransfer transfer) {
    this.state = state;
    this.transfer = transfer;
  }

  /** Whether this leader would take in a change now: one at a time (thesis §4.1). */
  boolean takesChange() {
    return state.role instanceof Role.Leader leader
        && leader.transfer == null
        && state.commitIndex >= Math.max(leader.noOpIndex, state.log.membershipIndex())
        && state.log.membership().filter(Membership::isSettled).isPresent();
  }

  void add(MemberId member) {
    Membership now = state.membership();
    if (now != null && state.role instanceof Role.Leader leader && takesChange()) {
      MembershipChanges.add(now, member).ifPresent(next -> append(leader, next));
    }
  }

  void remove(String name) {
    Membership now = state.membership();
    if (now != null && state.role instanceof Role.Leader leader && takesChange()) {
      MembershipChanges.remove(now, name)
          .filter(next -> isReachable(leader, next))
          .ifPresent(next -> append(leader, next));
    }
  }

  /** Goes on with a change once its last step is committed. */
  void continueChange(Role.Leader leader) {
    Membership current = state.membership();
    long settledFrom = Math.max(leader.noOpIndex, state.log.membershipIndex());
    if (current == null || state.commitIndex < settledFrom) {
      return;
    }
    long longAgo = state.nowMillis - GIVE_UP_TIMEOUTS * state.timings.electionMaxMillis();
    Optional<Membership> next =
        MembershipChanges.next(
            current, leader::keepsPace, member -> leader.heardBefore(member, longAgo));
    if (next.isPresent()) {
      append(leader, next.get());
    } else if (!current.isVoter(state.self)) {
      transfer.stepDownRemoved(leader); // it led until its removal was committed (§6)
    }
  }

  /** Each member uses the newest membership in its log, committed or not (§6). */
  private void append(Role.Leader leader, Membership membership) {
    state.append(leader, new LogEntry.MembershipChange(state.nextId(), membership));
    leader.follow(membership, state.self, state.log.lastIndex() + 1, state.nowMillis);
  }

  /** Whether majorities were heard lately, so that the change will not get stuck half-way. */
  private boolean isReachable(Role.Leader leader, Membership wanted) {
    long lately = state.nowMillis - state.timings.electionMinMillis();
    return wanted.quorumValue(
            member -> member.equals(state.self) || !leader.heardBefore(member, lately) ? 1 : 0)
        == 1;
  }
}
