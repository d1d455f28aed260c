package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A leader's log whose leader can crash after any ledger command. Thread-safe. */
final class ScriptedLog implements Replicator, Leadership {
  private final Replicator log;
  private final long term;
  private final int crashAt;
  private final boolean lastOneApplies;
  private final List<Command> applied = new CopyOnWriteArrayList<>();
  private volatile Predicate<Command> refused = _ -> false;
  private int ledgerCommands;
  private volatile boolean crashed;

  private ScriptedLog(Replicator log, long term, int crashAt, boolean lastOneApplies) {
    this.log = log;
    this.term = term;
    this.crashAt = crashAt;
    this.lastOneApplies = lastOneApplies;
  }

  static ScriptedLog steady(Replicator log, long term) {
    return new ScriptedLog(log, term, Integer.MAX_VALUE, true);
  }

  /** The leader never learns the outcome of this ledger command, which may apply or not. */
  static ScriptedLog crashingAt(Replicator log, long term, int crashAt, boolean lastOneApplies) {
    return new ScriptedLog(log, term, crashAt, lastOneApplies);
  }

  void refuse(Predicate<Command> what) {
    refused = what;
  }

  boolean crashed() {
    return crashed;
  }

  synchronized int ledgerCommands() {
    return ledgerCommands;
  }

  List<Command> applied() {
    return List.copyOf(applied);
  }

  @Override
  public Outcome submit(Command command, Duration timeout) {
    synchronized (this) {
      if (crashed) {
        return new Outcome.NotLeader(Optional.empty());
      }
      if (isLedger(command) && ++ledgerCommands == crashAt) {
        crashed = true;
        if (!lastOneApplies) {
          return new Outcome.Unknown("the leader crashed");
        }
      }
    }
    if (refused.test(command)) {
      return new Outcome.Applied(CommandResult.refused("so the test wants it"));
    }
    Outcome outcome = log.submit(command, timeout);
    if (outcome.accepted()) {
      applied.add(command);
    }
    return crashed ? new Outcome.Unknown("the leader crashed") : outcome;
  }

  private static boolean isLedger(Command command) {
    return command instanceof Command.PlanSteps
        || command instanceof Command.StepIntended
        || command instanceof Command.StepEnded
        || command instanceof Command.DesignatePrimary
        || command instanceof Command.EndRecovery;
  }

  @Override
  public boolean leads() {
    return !crashed;
  }

  @Override
  public boolean leaderCheck() {
    return leads();
  }

  @Override
  public long term() {
    return term;
  }

  @Override
  public String self() {
    return "node" + term;
  }

  @Override
  public Optional<URI> leaderUri() {
    return Optional.empty();
  }

  @Override
  public boolean partOfQuorum() {
    return true;
  }
}
