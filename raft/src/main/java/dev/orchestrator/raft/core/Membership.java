package dev.orchestrator.raft.core;

import java.util.Collection;
import java.util.List;

/**
 * Who belongs to the group; a value in the log. A member uses the newest one in its log, committed
 * or not (§6). Immutable.
 *
 * @param clusterId random id of the group, made when it was bootstrapped; never changes
 * @param voters members that vote and count towards commit, sorted
 */
public record Membership(String clusterId, List<MemberId> voters) {
  public Membership {
    if (clusterId.isBlank()) {
      throw new IllegalArgumentException("a membership needs a cluster id");
    }
    voters = voters.stream().sorted().distinct().toList();
    if (voters.isEmpty()) {
      throw new IllegalArgumentException("a membership needs at least one voter");
    }
  }

  /** Whether this very incarnation of the member votes. */
  public boolean isVoter(MemberId member) {
    return voters.contains(member);
  }

  /** Whether the given members contain a majority of the voters; others are not counted. */
  public boolean isQuorum(Collection<MemberId> members) {
    long counted = voters.stream().filter(members::contains).count();
    return counted >= quorumSize();
  }

  /** Smallest number of voters that is a majority. */
  public int quorumSize() {
    return voters.size() / 2 + 1;
  }
}
