package dev.orchestrator.server;

import dev.orchestrator.raft.group.RaftMember;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.model.StateReport;
import dev.orchestrator.store.replication.StateWatch;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The group, as the comparison of states needs it. Thread-safe. */
record StateGroup(RaftMember<CommandResult> member, Leadership leadership)
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
    byte[] note = CommandCodec.encode(new Command.ReportState(report), 0);
    member
        .status()
        .leader()
        .ifPresent(leader -> NoteKind.STATE_REPORT.tell(member, leader.name(), note));
  }

  /** Hands on what other voters report of themselves. */
  void onReport(Consumer<StateReport> listener) {
    NoteKind.STATE_REPORT.onNote(
        member,
        (from, note) -> {
          if (CommandCodec.decode(note).command() instanceof Command.ReportState(StateReport report)
              && report.member().equals(from)
              && member.status().voters().contains(from)) {
            listener.accept(report);
          }
        });
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
      LOG.error("the state cannot be fetched now: no leader is known; the next check tries again");
    }
  }
}
