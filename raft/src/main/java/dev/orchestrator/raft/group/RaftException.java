package dev.orchestrator.raft.group;

/** A member could not be started: its state, its address or its configuration do not allow it. */
public final class RaftException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RaftException(String message) {
    super(message);
  }

  public RaftException(String message, Throwable cause) {
    super(message, cause);
  }
}
