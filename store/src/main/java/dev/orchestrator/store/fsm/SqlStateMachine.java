package dev.orchestrator.store.fsm;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.port.StateMachine;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.sql.Database;

/**
 * Applies committed commands to the SQL backend, each with its index and term in one transaction.
 * Any exception is fatal for the process: rows and index are then as before the entry. Confined to
 * raft-apply.
 */
public final class SqlStateMachine implements StateMachine<CommandResult> {
  private final Database database;
  private final CommandApplier applier;

  public SqlStateMachine(Database database) {
    this.database = database;
    applier = new CommandApplier(database);
  }

  @Override
  public LogId applied() {
    return database.applied().id();
  }

  /** The newest stamp applied, milliseconds since 1970-01-01 UTC. */
  public long lastStampEpochMillis() {
    return database.applied().lastStampEpochMillis();
  }

  @Override
  public CommandResult apply(LogId id, byte[] command) {
    return applier.apply(id, CommandCodec.decode(command));
  }

  @Override
  public void advance(LogId id) {
    applier.advance(id);
  }

  /**
   * Makes everything applied survive the death of the machine (rule T2).
   *
   * @return the entry up to which the log may be cut
   */
  @Override
  public LogId sync() {
    return database.sync();
  }
}
