package dev.orchestrator.store.fsm;

import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.model.RecoveryStep.State;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** How a step of the ledger may go on: planned, intended once or more, ended. */
final class StepRules {
  private StepRules() {}

  /** Why the step can neither be intended nor ended; empty if it can. */
  static Optional<String> whyNotOpen(Optional<RecoveryStep> found, int number) {
    if (found.isEmpty()) {
      return Optional.of("step " + number + " is not planned");
    }
    return switch (found.get().state()) {
      case PLANNED, INTENDED -> Optional.empty();
      case DONE -> Optional.of("step " + number + " was already done");
      case FAILED, SKIPPED, UNKNOWN ->
          Optional.of("step " + number + " has already ended: " + word(found.get().state()));
    };
  }

  /**
   * Why an open step cannot end like this. Without permission nothing was done, so a step that was
   * never intended can only be skipped.
   */
  static Optional<String> whyNotEnding(RecoveryStep step, State ending, int attempt) {
    if (ending == State.PLANNED || ending == State.INTENDED) {
      return Optional.of(
          "step " + step.number() + " cannot end as " + word(ending) + ": that is no end");
    }
    if (attempt != step.attempt()) {
      return Optional.of(
          "step " + step.number() + " is at attempt " + step.attempt() + ", not " + attempt);
    }
    if (step.state() == State.PLANNED && ending != State.SKIPPED) {
      return Optional.of("step " + step.number() + " was never intended");
    }
    return Optional.empty();
  }

  static RecoveryStep intended(RecoveryStep step, long term, Instant stamp) {
    return new RecoveryStep(
        step.number(),
        step.kind(),
        step.target(),
        step.targetUuid(),
        step.arguments(),
        step.why(),
        State.INTENDED,
        step.attempt() + 1,
        term,
        Optional.of(stamp),
        Optional.empty(),
        step.detail());
  }

  static RecoveryStep ended(RecoveryStep step, State state, String detail, Instant stamp) {
    return new RecoveryStep(
        step.number(),
        step.kind(),
        step.target(),
        step.targetUuid(),
        step.arguments(),
        step.why(),
        state,
        step.attempt(),
        step.intendedTerm(),
        step.intendedAt(),
        Optional.of(stamp),
        detail);
  }

  private static String word(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
