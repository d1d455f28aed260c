package dev.orchestrator.raft.group;

/** Why a proposal did not end with an applied command. */
public final class ProposalException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is known of the command's fate. */
  public enum Kind {
    /** Nothing was appended: this member does not lead. Safe to send to the leader. */
    NOT_LEADER,
    /** Nothing was appended: too many proposals wait. Safe to try again later. */
    OVERLOADED,
    /** The command was appended and may or may not be committed, now or later. */
    UNKNOWN
  }

  private final Kind kind;

  public ProposalException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
