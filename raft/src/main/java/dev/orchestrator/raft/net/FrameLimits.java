package dev.orchestrator.raft.net;

/** Bounds of what a peer may send or make us hold. */
public final class FrameLimits {
  /** Largest frame in bytes; a connection that announces more is closed. */
  public static final int MAX_FRAME_BYTES = 8 << 20;

  /** Largest command in bytes, so that one alone always fits a frame. */
  public static final int MAX_COMMAND_BYTES = 4 << 20;

  /** Largest note in bytes: it must never be in the way of Raft's own messages. */
  public static final int MAX_NOTE_BYTES = 64 << 10;

  /** Outgoing bytes waiting on one connection above which messages are dropped. */
  static final int MAX_QUEUED_BYTES = 8 << 20;

  private FrameLimits() {}
}
