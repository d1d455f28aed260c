package dev.orchestrator.jepsen.chaos;

/**
 * One round to run. Immutable.
 *
 * @param turn from 1: which of the rounds with the same fault at the same boundary
 */
record Task(Flow flow, Fault fault, Boundary boundary, int turn) {
  @Override
  public String toString() {
    return flow + " " + fault + " " + boundary.text() + " " + turn;
  }
}
