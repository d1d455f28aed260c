package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.core.SnapshotProgress;
import java.util.List;
import java.util.Optional;

/**
 * What a member knows of itself and its group at one moment. Immutable.
 *
 * @param self this member
 * @param role current role
 * @param term current term
 * @param leader leader of this term, if known
 * @param voters names of the current voting members, sorted; empty before the group has formed
 * @param clusterId random id of the group, empty before it has formed
 * @param commitIndex highest committed index known
 * @param appliedIndex highest index applied to the state machine
 * @param lastIndex highest index in the log
 * @param leaderReady this member leads and its term's NoOp is applied (rule L2)
 * @param votes whether this member may vote and counts towards commit (rule I5)
 * @param waitingFor names of members that the bootstrap still waits for, with the reason; empty
 *     once formed
 * @param firstIndex first index the log has, or will have
 * @param snapshots on their way from or to this member
 */
public record RaftStatus(
    MemberId self,
    RoleName role,
    long term,
    Optional<MemberId> leader,
    List<String> voters,
    Optional<String> clusterId,
    long commitIndex,
    long appliedIndex,
    long lastIndex,
    boolean leaderReady,
    boolean votes,
    List<String> waitingFor,
    long firstIndex,
    List<SnapshotProgress> snapshots) {
  public RaftStatus {
    snapshots = List.copyOf(snapshots);
    voters = List.copyOf(voters);
    waitingFor = List.copyOf(waitingFor);
  }

  /** Of a member with a whole log and no snapshot on its way. */
  public RaftStatus(
      MemberId self,
      RoleName role,
      long term,
      Optional<MemberId> leader,
      List<String> voters,
      Optional<String> clusterId,
      long commitIndex,
      long appliedIndex,
      long lastIndex,
      boolean leaderReady,
      boolean votes,
      List<String> waitingFor) {
    this(
        self,
        role,
        term,
        leader,
        voters,
        clusterId,
        commitIndex,
        appliedIndex,
        lastIndex,
        leaderReady,
        votes,
        waitingFor,
        1,
        List.of());
  }

  /** Whether this member sees a leader whose group it is a voting part of, or leads itself. */
  public boolean partOfQuorum() {
    return votes && leader.isPresent() && (role == RoleName.LEADER || role == RoleName.FOLLOWER);
  }
}
