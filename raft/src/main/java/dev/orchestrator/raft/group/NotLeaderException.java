package dev.orchestrator.raft.group;

import java.util.Optional;

/** This member does not lead, or lost its leadership before it could prove that it had it. */
public final class NotLeaderException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Optional<String> leader;

  public NotLeaderException(Optional<String> leader) {
    super("this member does not lead; leader: " + leader.orElse("not known"));
    this.leader = leader;
  }

  /** Name of the member that leads, if known. */
  public Optional<String> leader() {
    return leader;
  }
}
