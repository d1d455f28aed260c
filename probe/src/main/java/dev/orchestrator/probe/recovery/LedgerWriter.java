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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Writes one recovery's ledger through the log, in the name of one term. Everything but an applied
 * acceptance stops the work. What only reports is not waited for at once: it goes into the log
 * before the next intent, whose permission therefore proves it too. Thread-safe.
 */
final class LedgerWriter {
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_DETAIL = 2_000;

  private final Replicator replicator;
  private final String uid;
  private final long term;
  private final Queue<Begun> begun = new ConcurrentLinkedQueue<>();

  /** A command whose outcome nobody has looked at yet. */
  private record Begun(Command command, Replicator.Pending pending) {}

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

  /** Begins to plan: no step that is not in the log before it can be intended. */
  void planLater(List<RecoveryStep> steps) {
    begin(new Command.PlanSteps(uid, term, steps));
  }

  /** Returns when acting is permitted. */
  void intend(RecoveryStep step, int attempt) throws WorkStopped {
    submit(new Command.StepIntended(uid, term, step.number(), attempt));
  }

  /** Begins to intend a step whose effect is nothing but a later command of the same term. */
  void intendLater(RecoveryStep step, int attempt) {
    begin(new Command.StepIntended(uid, term, step.number(), attempt));
  }

  void ended(RecoveryStep step, int attempt, RecoveryStep.State state, String detail)
      throws WorkStopped {
    submit(new Command.StepEnded(uid, term, step.number(), attempt, state, bounded(detail)));
  }

  /** Begins to write down how a step ended; {@link #settle} tells whether that was accepted. */
  void endedLater(RecoveryStep step, int attempt, RecoveryStep.State state, String detail) {
    begin(new Command.StepEnded(uid, term, step.number(), attempt, state, bounded(detail)));
  }

  /** Waits for all that was begun. */
  void settle() throws WorkStopped {
    while (true) {
      Begun next = begun.poll();
      if (next == null) {
        return;
      }
      Outcome outcome = next.pending().await();
      if (!outcome.accepted()) {
        throw stopped(next.command(), outcome);
      }
    }
  }

  /** Whether the primary record moved; a refusal is an answer here. */
  CommandResult designate(String clusterId, long expectedEpoch, String uuid, InstanceKey key)
      throws WorkStopped {
    Command command = new Command.DesignatePrimary(uid, term, clusterId, expectedEpoch, uuid, key);
    Outcome outcome = replicator.submit(command, COMMIT_TIMEOUT);
    settle(); // the intent among them
    if (outcome instanceof Outcome.Applied(CommandResult result)) {
      return result;
    }
    throw stopped(command, outcome);
  }

  void end(Recovery.Ending ending) throws WorkStopped {
    submit(new Command.EndRecovery(uid, term, ending));
  }

  /** Waits for this very command itself: what was begun may be another lane's to look at. */
  private void submit(Command command) throws WorkStopped {
    Outcome outcome = replicator.begin(command, COMMIT_TIMEOUT).await();
    if (!outcome.accepted()) {
      throw stopped(command, outcome);
    }
    settle();
  }

  private void begin(Command command) {
    begun.add(new Begun(command, replicator.begin(command, COMMIT_TIMEOUT)));
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
