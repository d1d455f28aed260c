package dev.orchestrator.server;

import dev.orchestrator.raft.group.RaftMember;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.model.StateReport;
import dev.orchestrator.store.replication.StateWatch;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The group, as the comparison of states needs it. Thread-safe. */
record StateGroup(RaftMember<CommandResult> member, Leadership leadership, StateCourier courier)
    implements StateWatch.Group {
  private static final Logger LOG = LoggerFactory.getLogger(StateGroup.class);
  private static final Duration HAND_OVER_TIMEOUT = Duration.ofSeconds(5);

  @Override
  public String self() {
    return leadership.self();
  }

  @Override
  public int voters() {
    return member.status().voters().size();
  }

  @Override
  public void send(StateReport report) {
    leadership.leaderUri().ifPresent(leader -> courier.send(leader, report));
  }

  @Override
  public void refetchState() {
    try {
      if (leadership.leads()) {
        boolean moved = member.transferLeadership(Optional.empty(), HAND_OVER_TIMEOUT);
        LOG.info("handed leadership over={}", moved);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (!member.refetchState()) {
      LOG.error("the state cannot be fetched from here; stop the node, wipe it, start it again");
    }
  }
}
