package dev.orchestrator.raft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.orchestrator.proto.raft.Frame;
import dev.orchestrator.proto.raft.Hello;
import dev.orchestrator.proto.raft.Ping;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.port.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What strangers may send: it is refused, logged once with the reason, and does no harm. */
class BadInputTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final List<Transport> open = new ArrayList<>();
  private final TestInbox inbox = new TestInbox();
  private MemberId one;
  private MemberId two;
  private Transport victim;

  @BeforeEach
  void startVictim() throws IOException {
    TestLog.lines().clear();
    one = new MemberId(TestInbox.freeAddress("127.0.71.11"), 1);
    two = new MemberId(TestInbox.freeAddress("127.0.71.12"), 2);
    victim = start(two, Optional.of("c"), inbox, LinkOptions.PLAIN);
  }

  @AfterEach
  void close() {
    open.forEach(Transport::close);
  }

  @Test
  void garbageAndOversizedFramesEndTheConnection() throws Exception {
    Random random = new Random(1);
    for (int round = 0; round < 20; round++) {
      byte[] garbage = new byte[1 + random.nextInt(4000)];
      random.nextBytes(garbage);
      garbage[0] = (byte) 0xFF; // a length that is none
      try (RawPeer raw = RawPeer.to(two.name())) {
        raw.raw(garbage);
        assertThat(raw.isClosed()).isTrue();
      }
    }
    for (int length : new int[] {Integer.MAX_VALUE, FrameLimits.MAX_HELLO_BYTES + 1, -1}) {
      try (RawPeer raw = RawPeer.to(two.name())) {
        raw.raw(ByteBuffer.allocate(4).putInt(length).array());
        assertThat(raw.isClosed()).isTrue();
      }
    }
    try (RawPeer raw = RawPeer.to(two.name())) {
      raw.raw(new byte[] {0, 0, 0, 3, (byte) 0x0A, (byte) 0x7F, 1}); // a frame cut short within
      assertThat(raw.isClosed()).isTrue();
    }
    assertThat(victim.refusedConnections()).isEqualTo(24);
    assertThat(TestLog.lines()).anyMatch(line -> line.contains("no frame"));
    assertMembersStillTalk();
  }

  @Test
  void halfAHandshakeHasAnEnd() throws Exception {
    try (RawPeer silent = RawPeer.to(two.name());
        RawPeer slow = RawPeer.to(two.name())) {
      byte[] hello =
          Frame.newBuilder().setHello(RawPeer.helloOf(one, names())).build().toByteArray();
      slow.raw(ByteBuffer.allocate(4).putInt(hello.length).array());
      long begun = System.nanoTime();
      int sent = 0;
      while (!TestLog.lines().toString().contains("no handshake within") && sent < hello.length) {
        byte[] next = {hello[sent++]};
        // One byte each 200 ms: never silent for long enough, never done.
        await().pollDelay(Duration.ofMillis(200)).atMost(LIMIT).until(() -> true);
        try {
          slow.raw(next);
        } catch (IOException closed) {
          break;
        }
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
      assertThat(slow.isClosed()).isTrue();
      assertThat(silent.isClosed()).isTrue();
    }
    assertThat(TestLog.lines())
        .anyMatch(line -> line.contains("no handshake within"))
        .anyMatch(line -> line.contains("says nothing"));
  }

  @Test
  void strangersAndWrongClustersAreToldWhy() throws Exception {
    assertRefused(RawPeer.helloOf(one, names()).setClusterId("d"), "belongs to another cluster");
    assertRefused(
        RawPeer.helloOf(new MemberId("127.0.71.19:1", 9), names()), "is not among the members");
    assertRefused(RawPeer.helloOf(two, names()), "this member's own name");
    assertRefused(
        RawPeer.helloOf(new MemberId("x".repeat(400), 9), names()), "names that are none");
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 65; i++) {
      many.add("host" + i + ":1");
    }
    assertRefused(RawPeer.helloOf(one, many), "names that are none");
    assertThat(TestLog.lines().toString()).doesNotContain("cluster c");
    assertMembersStillTalk();
  }

  @Test
  void theNewestVersionThatBothSpeakIsUsedAndNoOther() throws Exception {
    assertRefused(
        RawPeer.helloOf(one, names()).setProtocolVersion(1).setOldestVersion(1),
        "speaks protocol versions 1 to 1, need one from 2 to 2");
    assertRefused(
        RawPeer.helloOf(one, names()).setProtocolVersion(9).setOldestVersion(3), "versions 3 to 9");
    try (RawPeer newer = RawPeer.to(two.name())) {
      newer.send(
          Frame.newBuilder().setHello(RawPeer.helloOf(one, names()).setProtocolVersion(9)).build());
      newer.confirm(newer.read().getHello().getNonce());
      newer.send(Frame.newBuilder().setPing(Ping.getDefaultInstance()).build());
      assertThat(newer.read().hasPong()).isTrue();
    }
  }

  /** A recorded connection, sent again: it must not take the place of the real one. */
  @Test
  void replayedHandshakeIsRefusedAndTheRealConnectionStays() throws Exception {
    TestInbox atOne = new TestInbox();
    Transport real = start(one, Optional.of("c"), atOne, LinkOptions.PLAIN);
    await().atMost(LIMIT).until(() -> real.peers().getFirst().connected());
    try (RawPeer recorded = RawPeer.to(two.name())) {
      recorded.hello(one, one.name(), two.name());
      ByteString fresh = recorded.read().getHello().getNonce();
      assertThat(fresh.size()).isEqualTo(16);
      recorded.confirm(ByteString.copyFrom(new byte[16])); // of the recorded session
      recorded.send(RaftCodec.encode(new RaftMessage.TimeoutNow(99), "c"));
      assertThat(recorded.refusal()).contains("a replay");
    }
    assertThat(inbox.messages).isEmpty();
    assertThat(inbox.lost).isEmpty();
    assertThat(real.peers().getFirst().connected()).isTrue();
  }

  @Test
  void nobodySpeaksBeforeTheHandshakeIsThrough() throws Exception {
    try (RawPeer raw = RawPeer.to(two.name())) {
      raw.send(RaftCodec.encode(new RaftMessage.VoteRequest(9, LogId.ZERO, false), "c"));
      assertThat(raw.refusal()).contains("speaks before the handshake");
    }
    try (RawPeer raw = RawPeer.to(two.name())) {
      raw.hello(one, one.name(), two.name());
      assertThat(raw.read().hasHello()).isTrue();
      raw.send(RaftCodec.encode(new RaftMessage.VoteRequest(9, LogId.ZERO, false), "c"));
      assertThat(raw.refusal()).contains("speaks before the handshake");
    }
    assertThat(inbox.messages).isEmpty();
  }

  @Test
  void manyHalfOpenConnectionsKeepNoMemberOut() throws Exception {
    List<RawPeer> crowd = new ArrayList<>();
    for (int i = 0; i < 3 * FrameLimits.MAX_HALF_OPEN; i++) {
      crowd.add(RawPeer.to(two.name()));
    }
    assertMembersStillTalk();
    await()
        .atMost(LIMIT)
        .until(() -> TestLog.lines().toString().contains("connections without a handshake"));
    for (RawPeer raw : crowd) {
      raw.close();
    }
  }

  @Test
  void refusalIsLoggedOnceAndControlCharactersAreNot() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertRefused(
          RawPeer.helloOf(new MemberId("evil\nINFO all is well:1", 9), names()),
          "is not among the members");
    }
    assertThat(TestLog.lines()).hasSize(1).noneMatch(line -> line.contains("\n"));
  }

  /** The name stays, the address changes: the next dial finds it (rule I1). */
  @Test
  void aMemberThatMovedIsFoundUnderItsName() throws Exception {
    int port = HostPort.parse(TestInbox.freeAddress("127.0.71.13")).port();
    MemberId named = new MemberId("node-three:" + port, 3);
    AtomicReference<String> where = new AtomicReference<>("127.0.71.13");
    NameResolver resolver =
        host -> {
          if (host.equals("node-three")) {
            return InetAddress.getByName(where.get());
          }
          throw new UnknownHostException(host);
        };
    List<String> names = List.of(named.name(), "elsewhere:1");
    Transport dialler =
        keep(
            new NettyTransport(
                HostPort.parse("127.0.71.14:0"),
                names,
                new Transport.Identity(
                    new MemberId("elsewhere:1", 4), Optional.empty(), true, names),
                new TestInbox(),
                new LinkOptions(
                    Optional.empty(), resolver, Duration.ofSeconds(3), Duration.ofSeconds(30))));
    Transport before = named("127.0.71.13:" + port, named, names);
    await().atMost(LIMIT).until(() -> dialler.peers().getFirst().connected());
    before.close();
    await().atMost(LIMIT).until(() -> !dialler.peers().getFirst().connected());

    where.set("127.0.71.15");
    named("127.0.71.15:" + port, named, names);
    await().atMost(LIMIT).until(() -> dialler.peers().getFirst().connected());
  }

  private Transport named(String bind, MemberId self, List<String> names) throws IOException {
    return keep(
        new NettyTransport(
            HostPort.parse(bind),
            names,
            new Transport.Identity(self, Optional.empty(), true, names),
            new TestInbox(),
            LinkOptions.PLAIN));
  }

  private void assertRefused(Hello.Builder hello, String why) throws IOException {
    try (RawPeer raw = RawPeer.to(two.name())) {
      raw.send(Frame.newBuilder().setHello(hello).build());
      assertThat(raw.refusal()).contains(why);
      assertThat(raw.isClosed()).isTrue();
    }
  }

  private void assertMembersStillTalk() throws IOException {
    Transport member = start(one, Optional.of("c"), new TestInbox(), LinkOptions.PLAIN);
    await().atMost(LIMIT).until(() -> member.peers().getFirst().connected());
    member.send(two, new RaftMessage.VoteResponse(1, true));
    await().atMost(LIMIT).until(() -> !inbox.messages.isEmpty());
  }

  private List<String> names() {
    return List.of(one.name(), two.name());
  }

  private Transport start(
      MemberId self, Optional<String> clusterId, TestInbox receiver, LinkOptions options)
      throws IOException {
    return keep(
        new NettyTransport(
            HostPort.parse(self.name()),
            names(),
            new Transport.Identity(self, clusterId, false, names()),
            receiver,
            options));
  }

  private Transport keep(Transport transport) {
    open.add(transport);
    return transport;
  }
}
