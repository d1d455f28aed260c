package dev.orchestrator.jepsen.chaos;

/**
 * A place within a step, as nodes note it in their traces.
 *
 * @param text kind of step, its number in the plan and the place
 */
record Boundary(String text) {
  private String part(int n) {
    return text.split(" ", 3)[n];
  }

  /** Kind of step. */
  String kind() {
    return part(0);
  }

  /** Before the intent, after it, and so on. */
  String place() {
    return part(2);
  }

  /** Number of the step in the plan. */
  String step() {
    return part(1);
  }
}
