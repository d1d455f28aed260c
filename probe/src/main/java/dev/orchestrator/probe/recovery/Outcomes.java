package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.model.RecoveryStep.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;

/** Reads from a ledger how a recovery went. Pure. */
final class Outcomes {
  /** What the error begins with that says so; published. */
  static final String PROMOTION_UNKNOWN = "PromotionUnknown";

  private Outcomes() {}

  /** The ending that a ledger amounts to. */
  static Recovery.Ending ending(Ledger ledger, boolean applyPromotion, Instant now) {
    int round = Math.max(0, ledger.round());
    boolean successful = successful(ledger, applyPromotion);
    Optional<RecoveryStep> decision = ledger.decision(round);
    String winner = argument(decision, RecoveryPlanner.WINNER);
    List<String> errors = errors(ledger);
    boolean doubtful =
        ledger.of(StepKind.SET_WRITABLE).stream()
            .anyMatch(step -> step.attempt() > 0 && step.state() != State.DONE);
    if (!successful && doubtful) {
      errors.add(
          PROMOTION_UNKNOWN
              + ": "
              + winner
              + " may be writable; nobody else is promoted meanwhile");
    }
    return new Recovery.Ending(
        successful,
        successful ? Optional.of(InstanceKey.parse(winner, 0)) : Optional.empty(),
        successful ? argument(decision, RecoveryPlanner.WINNER_UUID) : "",
        successful ? lost(ledger) : List.of(),
        participants(ledger),
        errors,
        lossStatement(decision, successful),
        now);
  }

  /** The new primary is designated and was seen writable, unless policy leaves that to others. */
  static boolean successful(Ledger ledger, boolean applyPromotion) {
    int round = Math.max(0, ledger.round());
    StepKind proof = applyPromotion ? StepKind.VERIFY_WRITABLE : StepKind.DESIGNATE;
    List<RecoveryStep> proofs = ledger.of(proof, round);
    return !proofs.isEmpty()
        && proofs.getLast().state() == State.DONE
        && ledger.broken(round).isEmpty();
  }

  /** Replicas that do not follow the new primary, as far as is known. */
  static List<InstanceKey> lost(Ledger ledger) {
    int round = Math.max(0, ledger.round());
    Set<InstanceKey> lost = new TreeSet<>();
    String left = argument(ledger.decision(round), RecoveryPlanner.LEFT);
    for (String key : left.split(",", -1)) {
      if (!key.isEmpty()) {
        lost.add(InstanceKey.parse(key, 0));
      }
    }
    // Those that were moved late belong to the next round's span.
    List<RecoveryStep> started =
        ledger.of(StepKind.START_REPLICATION).stream()
            .filter(step -> Ledger.round(step) >= round)
            .toList();
    for (RecoveryStep step : started) {
      if (Ledger.ended(step) && step.state() != State.DONE) {
        lost.add(step.target());
      }
    }
    for (RecoveryStep step : started) {
      if (step.state() == State.DONE) {
        lost.remove(step.target()); // a later attempt mended it
      }
    }
    return List.copyOf(lost);
  }

  private static List<InstanceKey> participants(Ledger ledger) {
    Set<InstanceKey> touched = new TreeSet<>();
    for (RecoveryStep step : ledger.steps()) {
      if (step.state() == State.DONE && step.target().isReal()) {
        touched.add(step.target());
      }
    }
    return List.copyOf(touched);
  }

  private static List<String> errors(Ledger ledger) {
    List<String> errors = new ArrayList<>();
    for (RecoveryStep step : ledger.steps()) {
      if (step.state() == State.FAILED || step.state() == State.UNKNOWN) {
        String where = step.target().isReal() ? " on " + step.target() : "";
        errors.add(step.kind() + where + ": " + step.state() + ": " + step.detail());
      }
      String refusal = step.arguments().getOrDefault(RecoveryPlanner.REASON, "");
      if (!refusal.isEmpty()) {
        errors.add(refusal);
      }
    }
    return errors;
  }

  private static String lossStatement(Optional<RecoveryStep> decision, boolean successful) {
    StringJoiner text = new StringJoiner("; ");
    if (decision.isEmpty()) {
      return "nothing was changed on who is primary; no replica was chosen";
    }
    if (!successful && argument(decision, RecoveryPlanner.REASON).isEmpty()) {
      text.add("the promotion did not succeed; what was meant");
    }
    text.add(argument(decision, RecoveryPlanner.LOSS));
    return text.toString();
  }

  private static String argument(Optional<RecoveryStep> step, String name) {
    return step.map(s -> s.arguments().getOrDefault(name, "")).orElse("");
  }
}
