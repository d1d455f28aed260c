package dev.orchestrator.store.command;

/**
 * One log entry's content: a command and the leader's stamp. Immutable.
 *
 * @param stampEpochMillis the leader's time, milliseconds since 1970-01-01 UTC; all times that
 *     apply needs come from here
 */
public record StampedCommand(Command command, long stampEpochMillis) {}
