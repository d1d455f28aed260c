package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.model.RecoveryStep.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads the steps of a recovery as the engine and the plans see them. Pure, immutable. */
record Ledger(List<RecoveryStep> steps) {
  /** Stages of one round of gathering, choosing and acting lie within one such span. */
  static final int ROUND = 1000;

  /** From this stage of a span on, steps only follow up an outcome that is known. */
  static final int AFTERMATH = 900;

  Ledger {
    steps = List.copyOf(steps);
  }

  /** This ledger with a plan that is on its way into the log. */
  Ledger with(List<RecoveryStep> planned) {
    List<RecoveryStep> all = new ArrayList<>(steps);
    all.addAll(planned);
    return new Ledger(all);
  }

  /** This ledger with steps as they ended; the record of it is on its way into the log. */
  Ledger ended(List<RecoveryStep> ends) {
    Map<Integer, RecoveryStep> byNumber = new HashMap<>();
    ends.forEach(step -> byNumber.put(step.number(), step));
    return new Ledger(
        steps.stream().map(step -> byNumber.getOrDefault(step.number(), step)).toList());
  }

  /** Whether a step went as wished, or needed nothing. */
  static boolean good(RecoveryStep step) {
    return step.state() == State.DONE || step.state() == State.SKIPPED;
  }

  boolean isEmpty() {
    return steps.isEmpty();
  }

  int size() {
    return steps.size();
  }

  static int stage(RecoveryStep step) {
    return Integer.parseInt(step.arguments().getOrDefault(Plan.STAGE, "0"));
  }

  static int round(RecoveryStep step) {
    return stage(step) / ROUND;
  }

  static boolean gating(RecoveryStep step) {
    return Boolean.parseBoolean(step.arguments().get(Plan.GATING));
  }

  static boolean ended(RecoveryStep step) {
    return step.state() != State.PLANNED && step.state() != State.INTENDED;
  }

  static boolean is(RecoveryStep step, StepKind kind) {
    return step.kind().equals(kind.name());
  }

  /** The newest round, -1 before the first. */
  int round() {
    return steps.stream()
        .filter(step -> !isAftermath(step))
        .mapToInt(Ledger::round)
        .max()
        .orElse(-1);
  }

  private static boolean isAftermath(RecoveryStep step) {
    return stage(step) % ROUND >= AFTERMATH;
  }

  /** Whether the outcome is known and its follow-up planned. */
  boolean finishing() {
    return steps.stream().anyMatch(Ledger::isAftermath);
  }

  /** Numbers of the steps that must have gone as wished before this one. */
  static List<Integer> needs(RecoveryStep step) {
    String numbers = step.arguments().getOrDefault(Plan.NEEDS, "");
    return numbers.isEmpty()
        ? List.of()
        : Arrays.stream(numbers.split(",", -1)).map(Integer::valueOf).toList();
  }

  /** Whether permission for this step is sought while it still waits for others. */
  static boolean ahead(RecoveryStep step) {
    return Boolean.parseBoolean(step.arguments().get(Plan.AHEAD));
  }

  /** The number by which others know this step: of a copy, that of the first of its kind. */
  static int standsFor(RecoveryStep step) {
    return Integer.parseInt(
        step.arguments().getOrDefault(Plan.AGAIN, Integer.toString(step.number())));
  }

  /** Steps of a kind, in plan order. */
  List<RecoveryStep> of(StepKind kind) {
    return steps.stream().filter(step -> is(step, kind)).toList();
  }

  /** Steps of a round that have this kind, in plan order. */
  List<RecoveryStep> of(StepKind kind, int round) {
    return of(kind).stream().filter(step -> round(step) == round).toList();
  }

  /** The choice of a round, if it was written down. */
  Optional<RecoveryStep> decision(int round) {
    return of(StepKind.DECIDE, round).stream().findFirst();
  }

  /** The gating steps of a round that did not go as wished; skipped ones did. */
  List<RecoveryStep> broken(int round) {
    return steps.stream()
        .filter(step -> round(step) == round && gating(step) && ended(step))
        .filter(step -> step.state() == State.FAILED || step.state() == State.UNKNOWN)
        .toList();
  }

  /**
   * What is to be done next: the unfinished steps of the lowest unfinished stage, by lane; nothing
   * once a gating step of their round is broken.
   */
  List<List<RecoveryStep>> ready() {
    List<RecoveryStep> open =
        steps.stream()
            .filter(step -> !ended(step) && broken(round(step)).isEmpty())
            .sorted(Comparator.comparingInt(Ledger::stage).thenComparingInt(RecoveryStep::number))
            .toList();
    if (open.isEmpty()) {
      return List.of();
    }
    int stage = stage(open.getFirst());
    Map<String, List<RecoveryStep>> lanes = new TreeMap<>();
    for (RecoveryStep step : open) {
      if (stage(step) == stage) {
        lanes
            .computeIfAbsent(step.arguments().getOrDefault(Plan.LANE, ""), _ -> new ArrayList<>())
            .add(step);
      }
    }
    return List.copyOf(lanes.values());
  }

  /** Whether anybody may have made a server writable in this recovery. */
  boolean promotionTried() {
    return of(StepKind.SET_WRITABLE).stream().anyMatch(step -> step.attempt() > 0);
  }
}
