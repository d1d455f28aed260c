package dev.orchestrator.raft.core;

import java.util.Arrays;

/** One entry of the log. Immutable; the bytes of a command must not be changed. */
public sealed interface LogEntry {
  /** Fixed cost of an entry in the byte bounds of messages, caches and queues. */
  int OVERHEAD_BYTES = 32;

  /** Term and index. */
  LogId id();

  /** Approximate size, for bounds only; at least {@link #OVERHEAD_BYTES}. */
  int sizeBytes();

  /** Index in the log. */
  default long index() {
    return id().index();
  }

  /** Term of the leader that made the entry. */
  default long term() {
    return id().term();
  }

  /** First entry of a leader's term: commits what earlier leaders left behind (§5.4.2, §8). */
  record NoOp(LogId id) implements LogEntry {
    @Override
    public int sizeBytes() {
      return OVERHEAD_BYTES;
    }
  }

  /** Changes who belongs to the group, from the moment it is in a log. */
  record MembershipChange(LogId id, Membership membership) implements LogEntry {
    @Override
    public int sizeBytes() {
      return OVERHEAD_BYTES + 64 * membership.everybody().size();
    }
  }

  /** A command for the state machine; the core never looks into it. */
  final class Command implements LogEntry {
    private final LogId id;
    private final byte[] bytes;

    /** Takes the bytes over; the caller must not change them afterwards. */
    public Command(LogId id, byte[] bytes) {
      this.id = id;
      this.bytes = bytes;
    }

    @Override
    public LogId id() {
      return id;
    }

    /** The command as proposed; not a copy. */
    public byte[] bytes() {
      return bytes;
    }

    @Override
    public int sizeBytes() {
      return OVERHEAD_BYTES + bytes.length;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Command that
          && id.equals(that.id)
          && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return 31 * id.hashCode() + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return "Command[" + id + ", " + bytes.length + " bytes]";
    }
  }
}
