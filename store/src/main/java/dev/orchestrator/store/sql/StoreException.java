package dev.orchestrator.store.sql;

/** The backend could not do what was asked: what was tried, on what, and the cause. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreException(String what, Throwable cause) {
    super(what + ": " + cause.getMessage(), cause);
  }

  public StoreException(String what) {
    super(what);
  }
}
