package dev.orchestrator.raft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.raft.core.RaftMessage;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RaftCodecPropertyTest {
  @Property(tries = 300)
  void messagesSurviveTheWire(@ForAll("messages") RaftMessage message) throws Exception {
    byte[] wire = RaftCodec.encode(message, "cluster").toByteArray();
    var frame = dev.orchestrator.proto.raft.Frame.parseFrom(wire);
    assertThat(RaftCodec.decode(frame.getRaft())).isEqualTo(message);
  }

  /** Bytes that were never ours: nothing but the codec's own exception, nothing kept. */
  @Property(tries = 2_000)
  void randomBytesAreRefused(@ForAll @Size(max = 300) byte[] bytes) {
    decodeOrRefuse(bytes);
    decodeEntryOrRefuse(bytes);
    feed(bytes, bytes.length);
  }

  /** A valid frame, a few of its bytes changed, or cut short. */
  @Property(tries = 3_000)
  void mutatedFramesAreDecodedOrRefused(
      @ForAll("messages") RaftMessage message, @ForAll Random random) {
    byte[] wire = RaftCodec.encode(message, "cluster").toByteArray();
    for (int change = random.nextInt(4); change >= 0 && wire.length > 0; change--) {
      switch (random.nextInt(4)) {
        case 0 -> wire[random.nextInt(wire.length)] = (byte) random.nextInt();
        case 1 -> wire[random.nextInt(wire.length)] ^= (byte) (1 << random.nextInt(8));
        case 2 -> wire = Arrays.copyOf(wire, random.nextInt(wire.length + 1));
        default -> wire = Arrays.copyOf(wire, wire.length + random.nextInt(20));
      }
    }
    decodeOrRefuse(wire);
    byte[] framed = ByteBuffer.allocate(4 + wire.length).putInt(wire.length).put(wire).array();
    feed(framed, 1 + random.nextInt(framed.length));
  }

  @Property(tries = 1_000)
  void mutatedEntriesAreDecodedOrRefused(@ForAll("entries") LogEntry entry, @ForAll Random random) {
    byte[] bytes = LogEntryCodec.encode(entry);
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
    decodeEntryOrRefuse(bytes);
  }

  @Property(tries = 500)
  void aLengthAboveTheLimitIsRefusedBeforeAnythingIsKept(
      @ForAll @IntRange(min = FrameLimits.MAX_HELLO_BYTES + 1) int length) {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder());
    assertThatThrownBy(() -> channel.writeInbound(Unpooled.copyInt(length)))
        .hasRootCauseInstanceOf(CodecException.class);
    channel.finishAndReleaseAll();
  }

  private static void decodeOrRefuse(byte[] bytes) {
    try {
      var frame = FrameDecoder.parse(Unpooled.wrappedBuffer(bytes));
      RaftMessage message = RaftCodec.decode(frame.getRaft());
      assertThat(RaftCodec.decode(RaftCodec.encode(message, "c").getRaft())).isEqualTo(message);
    } catch (CodecException e) {
      assertThat(e).hasMessageMatching("(?s).+");
    }
  }

  private static void decodeEntryOrRefuse(byte[] bytes) {
    try {
      assertThat(LogEntryCodec.decode(bytes)).isNotNull();
    } catch (CodecException e) {
      assertThat(e).hasMessageMatching("(?s).+");
    }
  }

  /** The same bytes through a connection's decoder, in pieces. */
  private static void feed(byte[] bytes, int pieceBytes) {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder());
    try {
      for (int from = 0; from < bytes.length; from += pieceBytes) {
        channel.writeInbound(
            Unpooled.copiedBuffer(bytes, from, Math.min(pieceBytes, bytes.length - from)));
      }
    } catch (DecoderException e) {
      assertThat(e).isNotNull();
      assertThat(e.getCause()).isInstanceOf(CodecException.class);
    } finally {
      channel.finishAndReleaseAll();
    }
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
            Combinators.combine(ids(), entries().list().ofMaxSize(5), number, Arbitraries.longs())
                .as(RaftCodecPropertyTest::append),
            Combinators.combine(number, number, Arbitraries.longs())
                .as(RaftMessage.AppendAccepted::new),
            Combinators.combine(number, number, number, number, Arbitraries.longs())
                .as(RaftMessage.AppendRejected::new)));
  }

  /** What a leader sends: entries that follow each other, none of a later term than its own. */
  private static RaftMessage append(
      LogId prevLog, List<LogEntry> bodies, long leaderCommit, long sentAtMillis) {
    long term = prevLog.term();
    long begin = Math.min(prevLog.index(), Long.MAX_VALUE - bodies.size());
    List<LogEntry> entries = new ArrayList<>();
    for (LogEntry body : bodies) {
      LogId id = new LogId(term, begin + entries.size() + 1);
      entries.add(
          switch (body) {
            case LogEntry.NoOp _ -> new LogEntry.NoOp(id);
            case LogEntry.Command command -> new LogEntry.Command(id, command.bytes());
            case LogEntry.MembershipChange change ->
                new LogEntry.MembershipChange(id, change.membership());
          });
    }
    return new RaftMessage.AppendEntries(
        term, new LogId(term, begin), entries, leaderCommit, sentAtMillis);
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
