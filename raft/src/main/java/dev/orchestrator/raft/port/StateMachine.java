package dev.orchestrator.raft.port;

import dev.orchestrator.raft.core.LogId;

/**
 * What the log is for. Called by the one apply thread only, in log order, each index once per run
 * of the process; after a restart apply goes on behind {@link #applied()}.
 *
 * @param <R> what the proposer of a command learns from its application
 */
public interface StateMachine<R> {
  /** Last entry whose effects are in the state, {@link LogId#ZERO} for an empty state. */
  LogId applied();

  /**
   * Applies one committed command.
   *
   * @throws RuntimeException the command cannot be applied: fatal for the process, since the state
   *     would differ from that of the other members
   */
  R apply(LogId id, byte[] command);

  /** Records that an entry without a command (NoOp, membership) was passed. */
  void advance(LogId id);
}
