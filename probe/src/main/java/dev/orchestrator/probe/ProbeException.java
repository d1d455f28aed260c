package dev.orchestrator.probe;

/** Something could not be done to or read from the fleet: what, on which server, and the cause. */
public final class ProbeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ProbeException(String what, Throwable cause) {
    super(what + ": " + cause.getMessage(), cause);
  }

  public ProbeException(String what) {
    super(what);
  }
}
