package dev.orchestrator.store.command;

import java.net.URI;
import java.util.Optional;

/** Who leads, as this node knows it now. Thread-safe. */
public interface Leadership {
  /** Whether this node leads and has applied its term's NoOp (rule L2). */
  boolean leads();

  /** Whether leader-check may say 200 now (rule L1). */
  boolean leaderCheck();

  /** Current term; 0 without Raft. */
  long term();

  /** Name of this member. */
  String self();

  /**
   * HTTP base of the current term's leader, empty while unknown. Taken from the log, never from a
   * request.
   */
  Optional<URI> leaderUri();

  /** Whether this node belongs to a group with a leader; always true without Raft. */
  boolean partOfQuorum();
}
