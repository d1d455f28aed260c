package dev.orchestrator.api.legacy;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.raft.group.RaftStatus;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The published form of a node's health. */
public final class LegacyHealthJson {
  private static final String NEVER = "0001-01-01T00:00:00Z";

  private LegacyHealthJson() {}

  /**
   * What is said of this node.
   *
   * @param token random text of this process
   * @param startedAt when the process began to answer
   * @param now the moment of the answer
   */
  public record Self(ApiConfig.Node node, String token, Instant startedAt, Instant now) {}

  /**
   * HealthStatus.
   *
   * @param reported members that told this leader that they are well, empty if it does not lead
   * @param divergence which members hold other states than most, {@code ""} if none do
   */
  public static Map<String, @Nullable Object> status(
      boolean healthy,
      Self self,
      boolean leads,
      Optional<RaftStatus> raft,
      Optional<URI> leaderUri,
      List<String> reported,
      String divergence) {
    String leader = raft.map(LegacyRaftJson::leader).orElse("");
    return new Fields()
        .set("Healthy", healthy)
        .set("Hostname", self.node().hostname())
        .set("Token", self.token())
        .set("IsActiveNode", leads)
        .set("ActiveNode", raft.isPresent() ? named(leader) : present(self))
        .set("Error", null)
        .set("AvailableNodes", List.of(present(self)))
        .set("RaftLeader", leader)
        .set("IsRaftLeader", raft.isPresent() && leads)
        .set("RaftLeaderURI", raft.isPresent() ? leaderUri.map(URI::toString).orElse("") : "")
        .set("RaftAdvertise", raft.isPresent() ? self.node().raftAdvertise() : "")
        .set("RaftHealthyMembers", raft.map(status -> known(status, self, reported)).orElse(null))
        .set("StateDivergence", divergence)
        .done();
  }

  /**
   * Members that this node knows to be in order: those that reported to it as the leader; before
   * anybody did, itself and the leader, while it hears one.
   */
  private static List<String> known(RaftStatus status, Self self, List<String> reported) {
    if (!reported.isEmpty()) {
      return reported;
    }
    List<String> members = new ArrayList<>();
    if (status.partOfQuorum()) {
      members.add(self.node().raftAdvertise());
      status
          .leader()
          .filter(leader -> !leader.equals(status.self()))
          .ifPresent(leader -> members.add(leader.name()));
    }
    return members;
  }

  private static Map<String, @Nullable Object> present(Self self) {
    return node(
        self.node().hostname(),
        self.token(),
        self.node().version(),
        Timestamps.column(self.startedAt()),
        Timestamps.column(self.now()),
        self.node().backend(),
        Timestamps.nanos(self.now()));
  }

  private static Map<String, @Nullable Object> named(String hostname) {
    return node(hostname, "", "", "", "", "", NEVER);
  }

  private static Map<String, @Nullable Object> node(
      String hostname,
      String token,
      String version,
      String firstSeen,
      String lastSeen,
      String backend,
      String lastReported) {
    return new Fields()
        .set("Hostname", hostname)
        .set("Token", token)
        .set("AppVersion", version)
        .set("FirstSeenActive", firstSeen)
        .set("LastSeenActive", lastSeen)
        .set("ExtraInfo", "")
        .set("Command", "")
        .set("DBBackend", backend)
        .set("LastReported", lastReported)
        .done();
  }
}
