package dev.orchestrator.jepsen.lab;

/** Something in the lab is not as it has to be; the message says what, and what to do if known. */
public final class LabException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure that has no cause but itself. */
  public LabException(String message) {
    super(message);
  }

  /** A failure that comes from another one. */
  public LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
