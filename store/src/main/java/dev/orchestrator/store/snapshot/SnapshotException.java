package dev.orchestrator.store.snapshot;

/** An image cannot be used: it is damaged, too new, or belongs elsewhere. */
public final class SnapshotException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SnapshotException(String message) {
    super(message);
  }

  public SnapshotException(String message, Throwable cause) {
    super(message, cause);
  }
}
