package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.time.Duration;
import java.util.List;

/**
 * Writes one recovery's ledger through the log, in the name of one term. Everything but an applied
 * acceptance stops the work. Thread-safe.
 */
final class LedgerWriter {
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_DETAIL = 2_000;

  private final Replicator replicator;
  private final String uid;
  private final long term;

  LedgerWriter(Replicator replicator, String uid, long term) {
    this.replicator = replicator;
    this.uid = uid;
    this.term = term;
  }

  long term() {
    return term;
  }

  /**
   * Claims the recovery for this term. Being refused is fine where the term owns it already; either
   * way everything that was submitted before has been applied when this returns.
   */
  void claim(String node) throws WorkStopped {
    Command command = new Command.TakeOverRecovery(uid, term, node);
    Outcome outcome = replicator.submit(command, COMMIT_TIMEOUT);
    if (!(outcome instanceof Outcome.Applied)) {
      throw stopped(command, outcome);
    }
  }

  void plan(List<RecoveryStep> steps) throws WorkStopped {
    submit(new Command.PlanSteps(uid, term, steps));
  }

  /** Returns when acting is permitted. */
  void intend(RecoveryStep step, int attempt) throws WorkStopped {
    submit(new Command.StepIntended(uid, term, step.number(), attempt));
  }

  void ended(RecoveryStep step, int attempt, RecoveryStep.State state, String detail)
      throws WorkStopped {
    submit(new Command.StepEnded(uid, term, step.number(), attempt, state, bounded(detail)));
  }

  /** Whether the primary record moved; a refusal is an answer here. */
  CommandResult designate(String clusterId, long expectedEpoch, String uuid, InstanceKey key)
      throws WorkStopped {
    Command command = new Command.DesignatePrimary(uid, term, clusterId, expectedEpoch, uuid, key);
    Outcome outcome = replicator.submit(command, COMMIT_TIMEOUT);
    if (outcome instanceof Outcome.Applied(CommandResult result)) {
      return result;
    }
    throw stopped(command, outcome);
  }

  void end(Recovery.Ending ending) throws WorkStopped {
    submit(new Command.EndRecovery(uid, term, ending));
  }

  private void submit(Command command) throws WorkStopped {
    Outcome outcome = replicator.submit(command, COMMIT_TIMEOUT);
    if (!outcome.accepted()) {
      throw stopped(command, outcome);
    }
  }

  private static WorkStopped stopped(Command command, Outcome outcome) {
    return new WorkStopped(command.name() + ": " + outcome);
  }

  /** One line, not too long. */
  private static String bounded(String detail) {
    String line = detail.strip().replaceAll("\\s+", " ");
    return line.length() <= MAX_DETAIL ? line : line.substring(0, MAX_DETAIL) + "...";
  }
}
