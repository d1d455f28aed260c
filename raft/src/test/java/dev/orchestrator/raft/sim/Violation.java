package dev.orchestrator.raft.sim;

/** An invariant does not hold. */
public final class Violation extends AssertionError {
  private static final long serialVersionUID = 1L;

  Violation(String message) {
    super(message);
  }

  static void unless(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new Violation(String.format(message, arguments));
    }
  }
}
