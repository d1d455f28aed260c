package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.RecoveryStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds the steps of a plan. The engine knows no kind of recovery; it only knows these three
 * arguments: steps run in the order of their {@code stage}; within a stage, steps of one {@code
 * lane} run one after the other and lanes side by side; the end of a step that is {@code gating}
 * other than as wished ends the plan. Confined to its caller.
 */
final class Plan {
  static final String STAGE = "stage";
  static final String LANE = "lane";
  static final String GATING = "gating";

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

  /** Adds a planned copy of a step whose effect was undone. */
  Plan again(RecoveryStep step) {
    steps.add(
        RecoveryStep.planned(
            firstNumber + steps.size(),
            step.kind(),
            step.target(),
            step.targetUuid(),
            step.arguments(),
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
