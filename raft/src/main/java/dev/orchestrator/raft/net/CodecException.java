package dev.orchestrator.raft.net;

/** Bytes that are no frame, message or entry, or that break a bound of one. */
public final class CodecException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  CodecException(String message) {
    super(message);
  }

  CodecException(String message, Throwable cause) {
    super(message, cause);
  }
}
