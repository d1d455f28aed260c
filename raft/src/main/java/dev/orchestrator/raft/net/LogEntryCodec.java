package dev.orchestrator.raft.net;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.orchestrator.proto.raft.Member;
import dev.orchestrator.proto.raft.NoOp;
import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import java.io.IOException;
import java.util.List;

/** Log entries and hard states as Protobuf, the same on the wire and on disk. Stateless. */
public final class LogEntryCodec {
  private LogEntryCodec() {}

  /** An entry as bytes. */
  public static byte[] encode(LogEntry entry) {
    return encode(entry, 0);
  }

  /** An entry as bytes behind so many bytes of 0 for the caller to fill. */
  public static byte[] encode(LogEntry entry, int headerBytes) {
    var proto = toProto(entry);
    int size = proto.getSerializedSize();
    byte[] bytes = new byte[headerBytes + size];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, headerBytes, size);
    try {
      proto.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new IllegalStateException("an entry is of another size than it says: " + size, e);
    }
    return bytes;
  }

  /**
   * The entry in these bytes.
   *
   * @throws CodecException the bytes are no entry
   */
  public static LogEntry decode(byte[] bytes) {
    try {
      return fromProto(dev.orchestrator.proto.raft.LogEntry.parseFrom(bytes));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new CodecException("not a log entry: " + bytes.length + " bytes", e);
    }
  }

  /** A hard state as bytes. */
  public static byte[] encode(HardState hardState) {
    var builder = dev.orchestrator.proto.raft.HardState.newBuilder().setTerm(hardState.term());
    MemberId votedFor = hardState.votedFor();
    if (votedFor != null) {
      builder.setVotedFor(toProto(votedFor));
    }
    return builder.build().toByteArray();
  }

  /**
   * The hard state in these bytes.
   *
   * @throws CodecException the bytes are no hard state
   */
  public static HardState decodeHardState(byte[] bytes) {
    try {
      var proto = dev.orchestrator.proto.raft.HardState.parseFrom(bytes);
      return new HardState(
          proto.getTerm(), proto.hasVotedFor() ? fromProto(proto.getVotedFor()) : null);
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new CodecException("not a hard state: " + bytes.length + " bytes", e);
    }
  }

  static dev.orchestrator.proto.raft.LogEntry toProto(LogEntry entry) {
    var builder = dev.orchestrator.proto.raft.LogEntry.newBuilder().setId(toProto(entry.id()));
    switch (entry) {
      case LogEntry.NoOp _ -> builder.setNoOp(NoOp.getDefaultInstance());
      // No copy: the bytes of a command never change.
      case LogEntry.Command command ->
          builder.setCommand(UnsafeByteOperations.unsafeWrap(command.bytes()));
      case LogEntry.MembershipChange change -> builder.setMembership(toProto(change.membership()));
    }
    return builder.build();
  }

  static LogEntry fromProto(dev.orchestrator.proto.raft.LogEntry proto) {
    LogId id = fromProto(proto.getId());
    return switch (proto.getBodyCase()) {
      case NO_OP -> new LogEntry.NoOp(id);
      case COMMAND -> new LogEntry.Command(id, proto.getCommand().toByteArray());
      case MEMBERSHIP -> new LogEntry.MembershipChange(id, fromProto(proto.getMembership()));
      case BODY_NOT_SET ->
          throw new IllegalArgumentException("log entry " + id + " of a kind unknown here");
    };
  }

  static dev.orchestrator.proto.raft.LogId toProto(LogId id) {
    return dev.orchestrator.proto.raft.LogId.newBuilder()
        .setTerm(id.term())
        .setIndex(id.index())
        .build();
  }

  static LogId fromProto(dev.orchestrator.proto.raft.LogId proto) {
    return new LogId(proto.getTerm(), proto.getIndex());
  }

  static Member toProto(MemberId member) {
    return Member.newBuilder().setName(member.name()).setIncarnation(member.incarnation()).build();
  }

  static MemberId fromProto(Member proto) {
    return new MemberId(proto.getName(), proto.getIncarnation());
  }

  static dev.orchestrator.proto.raft.Membership toProto(Membership membership) {
    return dev.orchestrator.proto.raft.Membership.newBuilder()
        .setClusterId(membership.clusterId())
        .addAllVoters(toProto(membership.voters()))
        .addAllOutgoing(toProto(membership.outgoing()))
        .addAllLearners(toProto(membership.learners()))
        .build();
  }

  static Membership fromProto(dev.orchestrator.proto.raft.Membership proto) {
    return new Membership(
        proto.getClusterId(),
        fromProto(proto.getVotersList()),
        fromProto(proto.getOutgoingList()),
        fromProto(proto.getLearnersList()));
  }

  private static List<Member> toProto(List<MemberId> members) {
    return members.stream().map(LogEntryCodec::toProto).toList();
  }

  private static List<MemberId> fromProto(List<Member> members) {
    return members.stream().map(LogEntryCodec::fromProto).toList();
  }
}
