package dev.orchestrator.probe.lab;

/** The lab could not do what a test asked; the message says what and on which server. */
public final class LabException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LabException(String message) {
    super(message);
  }

  LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
