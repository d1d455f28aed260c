package dev.orchestrator.jepsen.drill;

import java.util.ArrayList;
import java.util.List;

/** The conditions a drill has to end with, and whether each holds. Confined to one thread. */
final class Verdict {
  private final List<Check> checks = new ArrayList<>();

  /** One condition. */
  record Check(boolean holds, String what, String found) {}

  /** Adds a condition with what was found. */
  void check(boolean holds, String what, String found) {
    checks.add(new Check(holds, what, found));
  }

  /** Whether there are conditions and all hold. */
  boolean isGood() {
    return !checks.isEmpty() && checks.stream().allMatch(Check::holds);
  }

  void print(Console console) {
    for (Check check : checks) {
      console.line(
          "  %s  %s: %s".formatted(check.holds() ? "ok  " : "FAIL", check.what(), check.found()));
    }
  }
}
