package dev.orchestrator.raft.net;

/** Bounds of what a peer may send or make us hold. */
public final class FrameLimits {
  /** Largest frame in bytes; a connection that announces more is closed. */
  public static final int MAX_FRAME_BYTES = 8 << 20;

  /** Largest command in bytes, so that one alone always fits a frame. */
  public static final int MAX_COMMAND_BYTES = 4 << 20;

  /** Largest note in bytes: it must never be in the way of Raft's own messages. */
  public static final int MAX_NOTE_BYTES = 64 << 10;

  /** Largest frame in bytes before the handshake is through: a stranger makes us hold no more. */
  static final int MAX_HELLO_BYTES = 64 << 10;

  /** Longest member name in characters; a host name has at most 253. */
  static final int MAX_NAME_CHARS = 300;

  /** Most names in one list of a handshake. */
  static final int MAX_NAMES = 64;

  /** Outgoing bytes waiting on one connection above which messages are dropped. */
  static final int MAX_QUEUED_BYTES = 8 << 20;

  /** Connections whose handshake is not through; beyond it the oldest of them is closed. */
  static final int MAX_HALF_OPEN = 64;

  /** A handshake, TLS included, takes no longer. */
  static final long HANDSHAKE_MILLIS = 5_000;

  private FrameLimits() {}
}
