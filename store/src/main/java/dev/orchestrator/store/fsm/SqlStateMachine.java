package dev.orchestrator.store.fsm;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.port.StateMachine;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.sql.Database;

/**
 * Applies committed commands to the SQL backend, each with its index and term in one transaction.
 * Confined to raft-apply.
 */
public final class SqlStateMachine implements StateMachine<CommandResult> {
  public SqlStateMachine(Database database) {
    throw new UnsupportedOperationException();
  }

  @Override
  public LogId applied() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CommandResult apply(LogId id, byte[] command) {
    throw new UnsupportedOperationException("apply " + id);
  }

  @Override
  public void advance(LogId id) {
    throw new UnsupportedOperationException("advance " + id);
  }
}
