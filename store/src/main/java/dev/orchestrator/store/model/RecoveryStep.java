package dev.orchestrator.store.model;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One line of a recovery's ledger: planned, then intended (the permission, rule A3), then done.
 * Replicated. Immutable.
 *
 * @param number place in the plan, from 1
 * @param kind step type, for example STOP_RECEIVER, PROMOTE, RUN_HOOK
 * @param target server that the step touches, {@link InstanceKey#NONE} for none
 * @param targetUuid its server uuid, {@code ""} for none
 * @param arguments what the step needs to be run again by another leader
 * @param why the decision in one line
 * @param state how far it is
 * @param attempt attempts permitted so far, 0 before the first
 * @param intendedTerm term of the newest permission, 0 before the first
 * @param intendedAt leader's stamp of the newest permission
 * @param endedAt leader's stamp of its end
 * @param detail what was seen when it ended
 */
public record RecoveryStep(
    int number,
    String kind,
    InstanceKey target,
    String targetUuid,
    Map<String, String> arguments,
    String why,
    State state,
    int attempt,
    long intendedTerm,
    Optional<Instant> intendedAt,
    Optional<Instant> endedAt,
    String detail) {
  /** How far a step is. */
  public enum State {
    PLANNED,
    INTENDED,
    DONE,
    FAILED,
    SKIPPED,
    /** It may or may not have happened. */
    UNKNOWN
  }

  public RecoveryStep {
    arguments = Map.copyOf(arguments);
  }

  /** A step as a plan writes it. */
  public static RecoveryStep planned(
      int number,
      String kind,
      InstanceKey target,
      String targetUuid,
      Map<String, String> arguments,
      String why) {
    return new RecoveryStep(
        number,
        kind,
        target,
        targetUuid,
        arguments,
        why,
        State.PLANNED,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        "");
  }

  /** The step with a permission, for who sought it; the stamp is what the log gives it. */
  public RecoveryStep intended(int newAttempt, long term) {
    return new RecoveryStep(
        number,
        kind,
        target,
        targetUuid,
        arguments,
        why,
        State.INTENDED,
        newAttempt,
        term,
        intendedAt,
        endedAt,
        detail);
  }

  /** The step at its end, for who wrote it; the stamps are what the log gave it before. */
  public RecoveryStep ended(int lastAttempt, long term, State how, String seen) {
    return new RecoveryStep(
        number,
        kind,
        target,
        targetUuid,
        arguments,
        why,
        how,
        lastAttempt,
        term,
        intendedAt,
        endedAt,
        seen);
  }
}
