package dev.orchestrator.probe.recovery;

/**
 * This node must not go on with a recovery: leadership was lost, or the log refused a permission or
 * did not answer (rule A3). The recovery stays as it is for whoever leads next.
 */
final class WorkStopped extends Exception {
  private static final long serialVersionUID = 1L;

  WorkStopped(String why) {
    super(why);
  }
}
