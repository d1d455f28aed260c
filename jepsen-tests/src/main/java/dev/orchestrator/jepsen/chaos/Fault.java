package dev.orchestrator.jepsen.chaos;

/** What happens to the leader at a boundary. */
enum Fault {
  /** SIGKILL; started again when another leader has ended the recovery. */
  KILL,
  /** SIGSTOP; goes on right there when another leader has ended the recovery. */
  FREEZE,
  /** Cut off from nodes and servers without a word; goes on at once, reachable again at the end. */
  CUT,
  /** Removed from the group by a person; goes on at once, and is a member again at the end. */
  REMOVE,
  /** SIGTERM; the step goes on meanwhile, and the process is to end with 0 within 5 s. */
  TERM
}
