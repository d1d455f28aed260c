package dev.orchestrator.raft.net;

import dev.orchestrator.proto.raft.AppendAccepted;
import dev.orchestrator.proto.raft.AppendEntries;
import dev.orchestrator.proto.raft.AppendRejected;
import dev.orchestrator.proto.raft.Frame;
import dev.orchestrator.proto.raft.PreVoteRequest;
import dev.orchestrator.proto.raft.PreVoteResponse;
import dev.orchestrator.proto.raft.TimeoutNow;
import dev.orchestrator.proto.raft.VoteRequest;
import dev.orchestrator.proto.raft.VoteResponse;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.RaftMessage;

/** Raft messages as Protobuf frames. Stateless. */
final class RaftCodec {
  private RaftCodec() {}

  static Frame encode(RaftMessage message, String clusterId) {
    var builder = dev.orchestrator.proto.raft.RaftMessage.newBuilder().setClusterId(clusterId);
    switch (message) {
      case RaftMessage.PreVoteRequest m ->
          builder.setPreVoteRequest(
              PreVoteRequest.newBuilder()
                  .setTerm(m.term())
                  .setLastLog(LogEntryCodec.toProto(m.lastLog())));
      case RaftMessage.PreVoteResponse m ->
          builder.setPreVoteResponse(
              PreVoteResponse.newBuilder().setTerm(m.term()).setGranted(m.granted()));
      case RaftMessage.VoteRequest m ->
          builder.setVoteRequest(
              VoteRequest.newBuilder()
                  .setTerm(m.term())
                  .setLastLog(LogEntryCodec.toProto(m.lastLog()))
                  .setLeadershipTransfer(m.leadershipTransfer()));
      case RaftMessage.VoteResponse m ->
          builder.setVoteResponse(
              VoteResponse.newBuilder().setTerm(m.term()).setGranted(m.granted()));
      case RaftMessage.TimeoutNow m ->
          builder.setTimeoutNow(TimeoutNow.newBuilder().setTerm(m.term()));
      case RaftMessage.AppendEntries m ->
          builder.setAppendEntries(
              AppendEntries.newBuilder()
                  .setTerm(m.term())
                  .setPrevLog(LogEntryCodec.toProto(m.prevLog()))
                  .addAllEntries(m.entries().stream().map(LogEntryCodec::toProto).toList())
                  .setLeaderCommit(m.leaderCommit())
                  .setSentAtMillis(m.sentAtMillis()));
      case RaftMessage.AppendAccepted m ->
          builder.setAppendAccepted(
              AppendAccepted.newBuilder()
                  .setTerm(m.term())
                  .setMatchIndex(m.matchIndex())
                  .setSentAtMillis(m.sentAtMillis())
                  .setSnapshotFrom(m.snapshotFrom()));
      case RaftMessage.InstallSnapshot m -> builder.setInstallSnapshot(SnapshotCodec.toProto(m));
      case RaftMessage.SnapshotStored m -> builder.setSnapshotStored(SnapshotCodec.toProto(m));
      case RaftMessage.AppendRejected m ->
          builder.setAppendRejected(
              AppendRejected.newBuilder()
                  .setTerm(m.term())
                  .setPrevIndex(m.prevIndex())
                  .setConflictTerm(m.conflictTerm())
                  .setConflictIndex(m.conflictIndex())
                  .setSentAtMillis(m.sentAtMillis()));
    }
    return Frame.newBuilder().setRaft(builder).build();
  }

  /**
   * The message in this frame.
   *
   * @throws CodecException it is of an unknown kind or breaks a bound
   */
  static RaftMessage decode(dev.orchestrator.proto.raft.RaftMessage proto) {
    try {
      return checked(message(proto));
    } catch (CodecException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new CodecException("no Raft message: " + e.getMessage(), e);
    }
  }

  /** What no member ever sends, and what the algorithm does not look for again. */
  private static RaftMessage checked(RaftMessage message) {
    if (message.term() < 0) {
      throw new CodecException("a term below 0: " + message.term());
    }
    if (message instanceof RaftMessage.AppendEntries append) {
      LogId last = append.prevLog();
      for (LogEntry entry : append.entries()) {
        if (entry.index() != last.index() + 1 || entry.term() < last.term()) {
          throw new CodecException("entry " + entry.id() + " does not follow " + last);
        }
        last = entry.id();
      }
      if (last.term() > append.term() || append.leaderCommit() < 0) {
        throw new CodecException("entries of a term above that of their leader");
      }
    }
    return message;
  }

  private static RaftMessage message(dev.orchestrator.proto.raft.RaftMessage proto) {
    return switch (proto.getBodyCase()) {
      case PRE_VOTE_REQUEST -> {
        PreVoteRequest m = proto.getPreVoteRequest();
        yield new RaftMessage.PreVoteRequest(m.getTerm(), LogEntryCodec.fromProto(m.getLastLog()));
      }
      case PRE_VOTE_RESPONSE -> {
        PreVoteResponse m = proto.getPreVoteResponse();
        yield new RaftMessage.PreVoteResponse(m.getTerm(), m.getGranted());
      }
      case VOTE_REQUEST -> {
        VoteRequest m = proto.getVoteRequest();
        yield new RaftMessage.VoteRequest(
            m.getTerm(), LogEntryCodec.fromProto(m.getLastLog()), m.getLeadershipTransfer());
      }
      case VOTE_RESPONSE -> {
        VoteResponse m = proto.getVoteResponse();
        yield new RaftMessage.VoteResponse(m.getTerm(), m.getGranted());
      }
      case TIMEOUT_NOW -> new RaftMessage.TimeoutNow(proto.getTimeoutNow().getTerm());
      case APPEND_ENTRIES -> {
        AppendEntries m = proto.getAppendEntries();
        yield new RaftMessage.AppendEntries(
            m.getTerm(),
            LogEntryCodec.fromProto(m.getPrevLog()),
            m.getEntriesList().stream().map(LogEntryCodec::fromProto).toList(),
            m.getLeaderCommit(),
            m.getSentAtMillis());
      }
      case APPEND_ACCEPTED -> {
        AppendAccepted m = proto.getAppendAccepted();
        yield new RaftMessage.AppendAccepted(
            m.getTerm(), m.getMatchIndex(), m.getSentAtMillis(), m.getSnapshotFrom());
      }
      case INSTALL_SNAPSHOT -> SnapshotCodec.fromProto(proto.getInstallSnapshot());
      case SNAPSHOT_STORED -> SnapshotCodec.fromProto(proto.getSnapshotStored());
      case APPEND_REJECTED -> {
        AppendRejected m = proto.getAppendRejected();
        yield new RaftMessage.AppendRejected(
            m.getTerm(),
            m.getPrevIndex(),
            m.getConflictTerm(),
            m.getConflictIndex(),
            m.getSentAtMillis());
      }
      case BODY_NOT_SET -> throw new CodecException("a Raft message of a kind unknown here");
    };
  }
}
