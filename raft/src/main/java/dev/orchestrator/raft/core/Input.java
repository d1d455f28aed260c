package dev.orchestrator.raft.core;

import org.jspecify.annotations.Nullable;

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

  /**
   * Hand leadership over (thesis §3.10); ignored if this member does not lead or there is nobody to
   * hand over to.
   *
   * @param to null for the voter that is most up to date
   * @param timeoutMillis until then no proposals are taken; afterwards the leader goes on
   */
  record TransferLeadership(@Nullable MemberId to, long timeoutMillis) implements Input {}

  /**
   * Whether this member is fit to lead. An unfit one steps down and does not stand for election,
   * but votes, acknowledges and follows as ever, so it weakens no quorum. Fit at first.
   */
  record Fitness(boolean fit) implements Input {}

  /**
   * Let this member in: as a learner, as a voter once it has caught up, in place of a voter of the
   * same name if there is one (rule I5). Ignored if this member does not lead or a change is on the
   * way.
   */
  record AddMember(MemberId member) implements Input {}

  /**
   * Remove the voter of this name. Ignored if this member does not lead, a change is on the way, or
   * no majority of those left was heard lately.
   */
  record RemoveMember(String name) implements Input {}

  /**
   * A read that must see all that was committed before it was asked for (ReadIndex, thesis §6.4);
   * answered in {@link Ready#reads()} under the same token.
   */
  record Read(long token) implements Input {}

  /**
   * The state is safe on its own disk up to this index, and the log may be cut up to it (§7). Cuts
   * less, or nothing, where the log is still needed.
   */
  record Compact(long upToIndex) implements Input {}

  /**
   * The snapshot this member can send from now on; null if it has none any more. Nothing else may
   * be sent meanwhile.
   */
  record SnapshotSpooled(@Nullable SnapshotInfo snapshot) implements Input {}

  /**
   * Answer to {@link SnapshotTask.StoreChunk}.
   *
   * @param nextOffset everything before it is there
   */
  record ChunkStored(SnapshotInfo snapshot, long nextOffset, Received received) implements Input {}

  /** How a snapshot stands at its receiver. */
  enum Received {
    /** Parts are missing. */
    PARTLY,
    /** All of it is there and its checksum is right. */
    COMPLETE,
    /** All of it was there, but its checksum was wrong; it is removed. */
    UNUSABLE
  }

  /**
   * Answer to {@link SnapshotTask.Install}.
   *
   * @param done false if the state is as before; what was received is gone then
   */
  record SnapshotInstalled(SnapshotInfo snapshot, boolean done) implements Input {}

  /** The state belongs to another cluster than the log: it must not be built upon (rule T2). */
  record ForeignState() implements Input {}

  /**
   * The state was found to be wrong, the log is as good as ever: nothing more is applied until an
   * image from the leader is installed. It may be older than what was applied here; the log is not
   * cut meanwhile, so that what lies behind it can be applied again. Ignored unless this member
   * follows a leader, and while one image is awaited or installed already. Should this member have
   * to lead before, it makes do with its state: a leader has nobody to ask. Forgotten by a restart.
   */
  record RefetchState() implements Input {}

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
