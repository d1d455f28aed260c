package dev.orchestrator.api.http;

/** The API cannot listen where it was told to: the address, why, and what to do. */
public final class ListenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ListenException(String message, Throwable cause) {
    super(message, cause);
  }
}
