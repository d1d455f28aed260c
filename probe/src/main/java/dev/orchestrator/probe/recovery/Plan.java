package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.RecoveryStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Builds the steps of a plan. The engine knows no kind of recovery; it only knows these arguments:
 * steps run in the order of their {@code stage}; within a stage, steps of one {@code lane} run one
 * after the other and lanes side by side, but a step waits for those of other lanes that it {@code
 * needs}, with its permission in hand if it goes {@code ahead}; the end of a step that is {@code
 * gating} other than as wished ends the plan. Confined to its caller.
 */
final class Plan {
  static final String STAGE = "stage";
  static final String LANE = "lane";
  static final String GATING = "gating";
  static final String NEEDS = "needs";
  static final String AHEAD = "ahead";

  /** Number of the step that a copy stands for. */
  static final String AGAIN = "again";

  private final int firstNumber;
  private final List<RecoveryStep> steps = new ArrayList<>();

  /**
   * @param planned number of steps that the recovery has already
   */
  Plan(int planned) {
    this.firstNumber = planned + 1;
  }

  /** Adds a step whose failure ends the plan. */
  Plan gate(
      int stage,
      StepKind kind,
      String lane,
      Target target,
      Map<String, String> arguments,
      String why) {
    return add(stage, kind, lane, true, target, arguments, why);
  }

  /** Adds a step whose failure is noted, no more. */
  Plan attempt(
      int stage,
      StepKind kind,
      String lane,
      Target target,
      Map<String, String> arguments,
      String why) {
    return add(stage, kind, lane, false, target, arguments, why);
  }

  private Plan add(
      int stage,
      StepKind kind,
      String lane,
      boolean gating,
      Target target,
      Map<String, String> arguments,
      String why) {
    Map<String, String> all = new HashMap<>(arguments);
    all.put(STAGE, Integer.toString(stage));
    all.put(LANE, lane);
    all.put(GATING, Boolean.toString(gating));
    steps.add(
        RecoveryStep.planned(
            firstNumber + steps.size(), kind.name(), target.key(), target.uuid(), all, why));
    return this;
  }

  /**
   * The newest step waits until the newest ones of these kinds have gone as wished. They are
   * planned already, so that no two lanes can wait for each other.
   */
  Plan needing(StepKind... kinds) {
    String numbers =
        Arrays.stream(kinds)
            .map(kind -> Integer.toString(newest(kind).number()))
            .collect(Collectors.joining(","));
    return newestWith(NEEDS, numbers);
  }

  /**
   * The newest step has its session and its permission before what it {@link #needing needs} has
   * ended, so that nothing is left to wait for then but its effect. Not for a step whose permission
   * alone changes what the next leader may do.
   */
  Plan ahead() {
    return newestWith(AHEAD, "true");
  }

  private Plan newestWith(String name, String value) {
    RecoveryStep step = steps.removeLast();
    Map<String, String> all = new HashMap<>(step.arguments());
    all.put(name, value);
    steps.add(
        RecoveryStep.planned(
            step.number(), step.kind(), step.target(), step.targetUuid(), all, step.why()));
    return this;
  }

  private RecoveryStep newest(StepKind kind) {
    return steps.subList(0, steps.size() - 1).reversed().stream()
        .filter(step -> step.kind().equals(kind.name()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no step of kind " + kind));
  }

  /** Adds a planned copy of a step whose effect was undone. */
  Plan again(RecoveryStep step) {
    Map<String, String> all = new HashMap<>(step.arguments());
    all.putIfAbsent(AGAIN, Integer.toString(step.number()));
    steps.add(
        RecoveryStep.planned(
            firstNumber + steps.size(),
            step.kind(),
            step.target(),
            step.targetUuid(),
            all,
            "again: " + step.why()));
    return this;
  }

  boolean isEmpty() {
    return steps.isEmpty();
  }

  List<RecoveryStep> steps() {
    return List.copyOf(steps);
  }

  /** The server that a step touches. */
  record Target(InstanceKey key, String uuid) {
    static final Target NOBODY = new Target(InstanceKey.NONE, "");

    static Target of(ServerReading reading) {
      return new Target(reading.key(), reading.uuid());
    }
  }
}
