package dev.orchestrator.server;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.group.RaftStatus;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says at each tick who leads, in the words that operators of orchestrator know. Thread-safe. */
final class StatusLog implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(StatusLog.class);

  private final Supplier<RaftStatus> status;

  StatusLog(Supplier<RaftStatus> status) {
    this.status = status;
  }

  @Override
  public void run() {
    LOG.debug("{}", line(status.get()));
  }

  /** The line of one moment. */
  static String line(RaftStatus now) {
    String state = stateName(now.role());
    if (!now.waitingFor().isEmpty()) {
      return "raft group is forming: " + String.join("; ", now.waitingFor()) + "; state: " + state;
    }
    String leader = now.leader().map(MemberId::name).orElse("unknown");
    String here = now.leader().filter(now.self()::equals).isPresent() ? " (this host)" : "";
    return "raft leader is " + leader + here + "; state: " + state;
  }

  private static String stateName(RoleName role) {
    return switch (role) {
      case LEADER -> "Leader";
      case FOLLOWER -> "Follower";
      case PRE_CANDIDATE, CANDIDATE -> "Candidate";
    };
  }
}
