package dev.orchestrator.raft.core;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Who belongs to the group; a value in the log. A member uses the newest one in its log, committed
 * or not (§6). Immutable.
 *
 * @param clusterId random id of the group, made when it was bootstrapped; never changes
 * @param voters members that vote and count towards commit, sorted; while a change is on the way
 *     the new ones
 * @param outgoing the voters before the change, sorted; not empty means joint consensus: a majority
 *     of both is needed
 * @param learners members that get the log, so as to become voters, and count for nothing; sorted
 */
public record Membership(
    String clusterId, List<MemberId> voters, List<MemberId> outgoing, List<MemberId> learners) {
  public Membership {
    if (clusterId.isBlank()) {
      throw new IllegalArgumentException("a membership needs a cluster id");
    }
    voters = voters.stream().sorted().distinct().toList();
    outgoing = outgoing.stream().sorted().distinct().toList();
    learners = learners.stream().sorted().distinct().toList();
    if (voters.isEmpty()) {
      throw new IllegalArgumentException("a membership needs at least one voter");
    }
  }

  /** No change on the way. */
  public Membership(String clusterId, List<MemberId> voters) {
    this(clusterId, voters, List.of(), List.of());
  }

  /** Whether majorities of old and new voters are needed. */
  public boolean isJoint() {
    return !outgoing.isEmpty();
  }

  /** Whether no change is on the way. */
  public boolean isSettled() {
    return !isJoint() && learners.isEmpty();
  }

  /** Whether this very incarnation of the member votes. */
  public boolean isVoter(MemberId member) {
    return voters.contains(member) || outgoing.contains(member);
  }

  /** Everybody who votes, old and new, sorted. */
  public List<MemberId> electors() {
    return Stream.concat(voters.stream(), outgoing.stream()).sorted().distinct().toList();
  }

  /** Everybody who gets the log, sorted. */
  public List<MemberId> everybody() {
    return Stream.concat(electors().stream(), learners.stream()).sorted().distinct().toList();
  }

  /** Whether the given members contain a majority of the voters; others are not counted. */
  public boolean isQuorum(Collection<MemberId> members) {
    return quorumValue(member -> members.contains(member) ? 1 : 0) == 1;
  }

  /** Largest value that a majority has reached; while joint, a majority of old and of new. */
  public long quorumValue(ToLongFunction<MemberId> valueOf) {
    long ofVoters = majorityValue(voters, valueOf);
    return isJoint() ? Math.min(ofVoters, majorityValue(outgoing, valueOf)) : ofVoters;
  }

  /** Smallest number of the (new) voters that is a majority of them. */
  public int quorumSize() {
    return voters.size() / 2 + 1;
  }

  private static long majorityValue(List<MemberId> members, ToLongFunction<MemberId> valueOf) {
    long[] sorted = new long[members.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = valueOf.applyAsLong(members.get(i));
    }
    Arrays.sort(sorted);
    return sorted[(sorted.length - 1) / 2];
  }

  /**
   * A member that has come back under a voter's name with another incarnation, so that it has to be
   * swapped in (rule I5); empty if there is none.
   *
   * @param connected members as they are now
   */
  public Optional<MemberId> replacement(Collection<MemberId> connected) {
    return connected.stream()
        .filter(member -> !isVoter(member))
        .filter(member -> voters.stream().anyMatch(voter -> voter.name().equals(member.name())))
        .findFirst();
  }
}
