package dev.orchestrator.raft.net;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.orchestrator.proto.raft.InstallSnapshot;
import dev.orchestrator.proto.raft.SnapshotStored;
import dev.orchestrator.raft.core.Chunk;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.core.SnapshotInfo;
import java.util.Optional;

/** What snapshots and compacted logs say of themselves, on the wire and on disk. Stateless. */
public final class SnapshotCodec {
  /** The version of images that this program writes, and the only one it reads. */
  private static final int FORMAT_VERSION = 1;

  private SnapshotCodec() {}

  /** What a log begins behind, as bytes. */
  public static byte[] encode(LastIncluded lastIncluded) {
    return toProto(lastIncluded).toByteArray();
  }

  /**
   * The place in these bytes.
   *
   * @throws IllegalArgumentException the bytes are no such place
   */
  public static LastIncluded decodeLastIncluded(byte[] bytes) {
    try {
      return fromProto(dev.orchestrator.proto.raft.LastIncluded.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a log's beginning: " + bytes.length + " bytes", e);
    }
  }

  /** The description of a snapshot, as bytes. */
  public static byte[] encode(SnapshotInfo snapshot) {
    return toProto(snapshot).toByteArray();
  }

  /**
   * The description in these bytes.
   *
   * @throws IllegalArgumentException the bytes are no such description, or of another version
   */
  public static SnapshotInfo decodeSnapshotInfo(byte[] bytes) {
    try {
      return fromProto(dev.orchestrator.proto.raft.SnapshotInfo.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a snapshot's head: " + bytes.length + " bytes", e);
    }
  }

  static InstallSnapshot toProto(RaftMessage.InstallSnapshot m) {
    return InstallSnapshot.newBuilder()
        .setTerm(m.term())
        .setSnapshot(toProto(m.snapshot()))
        .setOffset(m.offset())
        // No copy: the bytes of a chunk never change.
        .setData(UnsafeByteOperations.unsafeWrap(m.chunk().bytes()))
        .setCrc(m.chunk().crc())
        .setSentAtMillis(m.sentAtMillis())
        .build();
  }

  static RaftMessage fromProto(InstallSnapshot m) {
    return new RaftMessage.InstallSnapshot(
        m.getTerm(),
        fromProto(m.getSnapshot()),
        m.getOffset(),
        new Chunk(m.getData().toByteArray(), m.getCrc()),
        m.getSentAtMillis());
  }

  static SnapshotStored toProto(RaftMessage.SnapshotStored m) {
    return SnapshotStored.newBuilder()
        .setTerm(m.term())
        .setLastIncluded(LogEntryCodec.toProto(m.lastIncluded()))
        .setNextOffset(m.nextOffset())
        .setSentAtMillis(m.sentAtMillis())
        .build();
  }

  static RaftMessage fromProto(SnapshotStored m) {
    return new RaftMessage.SnapshotStored(
        m.getTerm(),
        LogEntryCodec.fromProto(m.getLastIncluded()),
        m.getNextOffset(),
        m.getSentAtMillis());
  }

  private static dev.orchestrator.proto.raft.SnapshotInfo toProto(SnapshotInfo snapshot) {
    return dev.orchestrator.proto.raft.SnapshotInfo.newBuilder()
        .setLastIncluded(toProto(snapshot.lastIncluded()))
        .setSizeBytes(snapshot.sizeBytes())
        .setChecksum(snapshot.checksum())
        .setFormatVersion(FORMAT_VERSION)
        .build();
  }

  private static SnapshotInfo fromProto(dev.orchestrator.proto.raft.SnapshotInfo proto) {
    if (proto.getFormatVersion() != FORMAT_VERSION) {
      throw new IllegalArgumentException(
          "a snapshot of format " + proto.getFormatVersion() + ", known is " + FORMAT_VERSION);
    }
    return new SnapshotInfo(
        fromProto(proto.getLastIncluded()), proto.getSizeBytes(), proto.getChecksum());
  }

  private static dev.orchestrator.proto.raft.LastIncluded toProto(LastIncluded lastIncluded) {
    var builder =
        dev.orchestrator.proto.raft.LastIncluded.newBuilder()
            .setId(LogEntryCodec.toProto(lastIncluded.id()));
    lastIncluded.membership().map(LogEntryCodec::toProto).ifPresent(builder::setMembership);
    return builder.build();
  }

  private static LastIncluded fromProto(dev.orchestrator.proto.raft.LastIncluded proto) {
    return new LastIncluded(
        LogEntryCodec.fromProto(proto.getId()),
        proto.hasMembership()
            ? Optional.of(LogEntryCodec.fromProto(proto.getMembership()))
            : Optional.empty());
  }
}
