package dev.orchestrator.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The steps of a membership change (§6, thesis §4.2): learner, then joint consensus, then the new
 * voters alone. Each is an entry of the log; the next one is made by whoever leads once the one
 * before is committed, so a change survives its leader. Pure.
 */
final class MembershipChanges {
  private MembershipChanges() {}

  /** Lets a member in, first as a learner; it takes the place of a voter of the same name. */
  static Optional<Membership> add(Membership now, MemberId member) {
    if (!now.isSettled() || now.isVoter(member)) {
      return Optional.empty();
    }
    return Optional.of(new Membership(now.clusterId(), now.voters(), List.of(), List.of(member)));
  }

  /** Begins to remove the voter of this name; the last one stays. */
  static Optional<Membership> remove(Membership now, String name) {
    List<MemberId> left = without(now.voters(), name);
    if (!now.isSettled() || left.isEmpty() || left.size() == now.voters().size()) {
      return Optional.empty();
    }
    return Optional.of(new Membership(now.clusterId(), left, now.voters(), List.of()));
  }

  /**
   * The step that follows a committed one; empty if there is nothing to do, or not yet.
   *
   * @param caughtUp whether this learner has the log but for what is on the way
   * @param lost whether this learner has not been heard for so long that it is given up
   */
  static Optional<Membership> next(
      Membership committed, Predicate<MemberId> caughtUp, Predicate<MemberId> lost) {
    List<MemberId> learners = committed.learners();
    if (committed.isJoint()) {
      return Optional.of(new Membership(committed.clusterId(), committed.voters()));
    }
    if (learners.isEmpty()) {
      return Optional.empty();
    }
    if (learners.stream().allMatch(caughtUp)) {
      List<MemberId> voters = committed.voters();
      for (MemberId learner : learners) {
        voters = without(voters, learner.name());
      }
      List<MemberId> wanted = new ArrayList<>(voters);
      wanted.addAll(learners);
      return Optional.of(
          new Membership(committed.clusterId(), wanted, committed.voters(), List.of()));
    }
    return learners.stream().anyMatch(lost)
        ? Optional.of(new Membership(committed.clusterId(), committed.voters()))
        : Optional.empty();
  }

  private static List<MemberId> without(List<MemberId> members, String name) {
    return members.stream().filter(member -> !member.name().equals(name)).toList();
  }
}
