package dev.orchestrator.raft.core;

/** Everything that can happen to a {@link RaftNode}. Immutable. */
public sealed interface Input {
  /** Time passed; {@code nowMillis} is monotonic, its origin does not matter. */
  record Tick(long nowMillis) implements Input {}

  /** A message came in from the member that the link's handshake named. */
  record Receive(MemberId from, RaftMessage message) implements Input {}

  /** All writes up to this sequence are on disk (see {@link Ready.Write}). */
  record Persisted(long sequence) implements Input {}

  /** The connection to this member closed; it may be dead. */
  record PeerLost(MemberId member) implements Input {}

  /** Makes an empty log the first of a new group; ignored if the log is not empty. */
  record Bootstrap(Membership membership) implements Input {}

  /** A client's command; answered in {@link Ready#replies()} under the same token. */
  final class Propose implements Input {
    private final long token;
    private final byte[] command;

    /** Takes the bytes over; the caller must not change them afterwards. */
    public Propose(long token, byte[] command) {
      this.token = token;
      this.command = command;
    }

    /** Chosen by the driver. */
    public long token() {
      return token;
    }

    /** Not a copy. */
    public byte[] command() {
      return command;
    }
  }
}
