package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.RecoveryStep;
import java.util.List;
import java.util.Optional;

/**
 * What would be done now, or why nothing would be, by what visits have seen. Immutable.
 *
 * @param primary the primary that would be replaced, if it is known
 * @param successor who would replace it, if anybody would
 * @param reasons why nothing would be done; none when it would
 * @param choice the decisions, one per line, with their reasons
 * @param steps what would be done, in order
 */
public record Advice(
    Optional<InstanceKey> primary,
    Optional<InstanceKey> successor,
    List<String> reasons,
    List<String> choice,
    List<Step> steps) {
  public Advice {
    reasons = List.copyOf(reasons);
    choice = List.copyOf(choice);
    steps = List.copyOf(steps);
  }

  /** Whether it would be done. */
  public boolean allowed() {
    return reasons.isEmpty();
  }

  static Advice against(Optional<InstanceKey> primary, List<String> reasons) {
    return new Advice(primary, Optional.empty(), reasons, List.of(), List.of());
  }

  /**
   * A step that would be taken.
   *
   * @param kind what it does, for example SET_WRITABLE
   * @param target server that it touches, {@link InstanceKey#NONE} for none
   * @param why the decision in one line
   */
  public record Step(String kind, InstanceKey target, String why) {
    static List<Step> of(List<RecoveryStep> planned) {
      return planned.stream()
          .map(step -> new Step(step.kind(), step.target(), step.why()))
          .toList();
    }
  }
}
