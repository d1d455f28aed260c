package dev.orchestrator.raft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.raft.core.RaftMessage;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RaftCodecPropertyTest {
  @Property(tries = 300)
  void messagesSurviveTheWire(@ForAll("messages") RaftMessage message) throws Exception {
    byte[] wire = RaftCodec.encode(message, "cluster").toByteArray();
    var frame = dev.orchestrator.proto.raft.Frame.parseFrom(wire);
    assertThat(RaftCodec.decode(frame.getRaft())).isEqualTo(message);
  }

  @Property(tries = 300)
  void entriesSurviveTheDisk(@ForAll("entries") LogEntry entry) {
    assertThat(LogEntryCodec.decode(LogEntryCodec.encode(entry))).isEqualTo(entry);
  }

  @Property(tries = 100)
  void hardStatesSurviveTheDisk(@ForAll("members") MemberId member, @ForAll boolean voted) {
    HardState state = new HardState(Math.abs(member.incarnation() / 2), voted ? member : null);
    assertThat(LogEntryCodec.decodeHardState(LogEntryCodec.encode(state))).isEqualTo(state);
  }

  @Provide
  Arbitrary<RaftMessage> messages() {
    Arbitrary<Long> number = Arbitraries.longs().greaterOrEqual(0);
    Arbitrary<Boolean> flag = Arbitraries.of(true, false);
    return Arbitraries.oneOf(
        List.of(
            Combinators.combine(number, ids()).as(RaftMessage.PreVoteRequest::new),
            Combinators.combine(number, flag).as(RaftMessage.PreVoteResponse::new),
            Combinators.combine(number, ids(), flag).as(RaftMessage.VoteRequest::new),
            Combinators.combine(number, flag).as(RaftMessage.VoteResponse::new),
            number.map(RaftMessage.TimeoutNow::new),
            Combinators.combine(
                    number, ids(), entries().list().ofMaxSize(5), number, Arbitraries.longs())
                .as(RaftMessage.AppendEntries::new),
            Combinators.combine(number, number, Arbitraries.longs())
                .as(RaftMessage.AppendAccepted::new),
            Combinators.combine(number, number, number, number, Arbitraries.longs())
                .as(RaftMessage.AppendRejected::new)));
  }

  @Provide
  Arbitrary<LogEntry> entries() {
    Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(50);
    Arbitrary<Membership> memberships =
        Combinators.combine(
                members().list().ofMinSize(1).ofMaxSize(5),
                members().list().ofMaxSize(3),
                members().list().ofMaxSize(2))
            .as((voters, old, learners) -> new Membership("id", voters, old, learners));
    return Arbitraries.oneOf(
        List.of(
            ids().map(LogEntry.NoOp::new),
            Combinators.combine(ids(), bytes).as(LogEntry.Command::new),
            Combinators.combine(ids(), memberships).as(LogEntry.MembershipChange::new)));
  }

  @Provide
  Arbitrary<MemberId> members() {
    return Combinators.combine(
            Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(20), Arbitraries.longs())
        .as(MemberId::new);
  }

  private static Arbitrary<LogId> ids() {
    Arbitrary<Long> number = Arbitraries.longs().greaterOrEqual(0);
    return Combinators.combine(number, number).as(LogId::new);
  }
}
