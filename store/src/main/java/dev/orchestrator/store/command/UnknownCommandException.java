package dev.orchestrator.store.command;

/**
 * The log holds an entry that this program cannot read. To go on without it would make this node's
 * rows differ from the others', so it is fatal for the process.
 */
public final class UnknownCommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnknownCommandException(String what) {
    super(what);
  }

  public UnknownCommandException(String what, Throwable cause) {
    super(what + ": " + cause.getMessage(), cause);
  }
}
