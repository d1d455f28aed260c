package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Plan.Target;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns the lines of a hook list into steps. Pure. */
final class HookSteps {
  private final RecoveryConfig config;

  HookSteps(RecoveryConfig config) {
    this.config = config;
  }

  /** Adds the lines of a hook list, one after the other. */
  void add(
      Plan plan,
      int stage,
      String list,
      boolean gating,
      String lane,
      Map<String, String> arguments) {
    for (String line : config.hooks().getOrDefault(list, List.of())) {
      Map<String, String> all = new HashMap<>(arguments);
      all.put(RecoveryPlanner.HOOK_LIST, list);
      all.put(RecoveryPlanner.HOOK_LINE, line);
      String why = "hook of " + list;
      if (gating) {
        plan.gate(stage, StepKind.RUN_HOOK, lane, Target.NOBODY, all, why);
      } else {
        plan.attempt(stage, StepKind.RUN_HOOK, lane, Target.NOBODY, all, why);
      }
    }
  }
}
