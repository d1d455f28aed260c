package dev.orchestrator.jepsen.chaos;

/** Which recovery runs. */
enum Flow {
  /** The primary gets SIGKILL. */
  DEAD,
  /** A person orders the exchange of a living primary. */
  TAKEOVER
}
