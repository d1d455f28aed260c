package dev.orchestrator.jepsen.drill;

/** What a drill measures, each from the kill that caused it. */
enum Milestone {
  /** Another node answers 200 to leader-check. */
  NEW_LEADER("new Raft leader"),
  /** A write sent to the surviving nodes is done. */
  COMMAND_ACCEPTED("command accepted"),
  /** The failure detection is on record. */
  DETECTED("failure detected"),
  /** The recovery is on record. */
  DECIDED("recovery decided"),
  /** A replica has read_only = 0. */
  WRITABLE("replica writable"),
  /** All other replicas replicate from it. */
  REPOINTED("replicas repointed"),
  /** The application got its first acknowledgement from the new primary. */
  FIRST_WRITE("first acknowledged write"),
  /** The recovery's record has its end. */
  RECOVERY_ENDED("recovery on record as ended");

  private final String label;

  Milestone(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
