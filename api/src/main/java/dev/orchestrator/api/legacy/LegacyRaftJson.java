package dev.orchestrator.api.legacy;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.group.RaftStatus;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The published form of the Raft status. */
public final class LegacyRaftJson {
  private LegacyRaftJson() {}

  /** The published name of a role. */
  public static String state(RoleName role) {
    return switch (role) {
      case LEADER -> "Leader";
      case FOLLOWER -> "Follower";
      case PRE_CANDIDATE, CANDIDATE -> "Candidate";
    };
  }

  /** Name of the leader, {@code ""} when unknown. */
  public static String leader(RaftStatus status) {
    return status.leader().map(MemberId::name).orElse("");
  }

  /** RaftStatus, followed by fields that only this program has. */
  public static Map<String, @Nullable Object> status(
      RaftStatus status, String raftBind, Optional<URI> leaderUri) {
    return new Fields()
        .set("RaftBind", raftBind)
        .set("RaftAdvertise", status.self().name())
        .set("State", state(status.role()))
        .set("Healthy", status.partOfQuorum())
        .set("IsPartOfQuorum", status.partOfQuorum())
        .set("Leader", leader(status))
        .set("LeaderURI", leaderUri.map(URI::toString).orElse(""))
        .set("Peers", status.voters())
        .set("Term", status.term())
        .set("CommitIndex", status.commitIndex())
        .set("AppliedIndex", status.appliedIndex())
        .set("LastIndex", status.lastIndex())
        .set("ClusterId", status.clusterId().orElse(""))
        .set("Votes", status.votes())
        .set("WaitingFor", status.waitingFor())
        .done();
  }
}
