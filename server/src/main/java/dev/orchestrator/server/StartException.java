package dev.orchestrator.server;

/** A node that could not be started: what failed and what to do about it, in one line. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  public StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
