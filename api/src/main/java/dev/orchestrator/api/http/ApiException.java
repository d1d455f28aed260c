package dev.orchestrator.api.http;

/** The request cannot be answered as asked; the text is for the caller. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ApiException(String message) {
    super(message);
  }

  public ApiException(String message, Throwable cause) {
    super(message, cause);
  }
}
