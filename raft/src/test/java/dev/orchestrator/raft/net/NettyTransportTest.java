package dev.orchestrator.raft.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.port.Transport;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NettyTransportTest {
  private static final class Inbox implements Transport.Receiver {
    final List<RaftMessage> messages = new CopyOnWriteArrayList<>();
    final List<MemberId> lost = new CopyOnWriteArrayList<>();
    final List<String> notes = new CopyOnWriteArrayList<>();

    @Override
    public void onMessage(MemberId from, RaftMessage message) {
      messages.add(message);
    }

    @Override
    public void onNote(MemberId from, byte[] note) {
      notes.add(from.name() + " " + note.length);
    }

    @Override
    public void onPeerLost(MemberId member) {
      lost.add(member);
    }
  }

  private final List<Transport> open = new ArrayList<>();
  private final Inbox inbox = new Inbox();
  private MemberId one;
  private MemberId two;

  @BeforeEach
  void chooseNames() throws IOException {
    one = new MemberId(freeAddress("127.0.0.1"), 1);
    two = new MemberId(freeAddress("127.0.0.2"), 2);
  }

  @AfterEach
  void close() {
    open.forEach(Transport::close);
  }

  @Test
  void carriesMessagesToTheRightIncarnationOnlyAndReportsALostPeer() throws Exception {
    Transport first = start(one, names(), Optional.empty(), new Inbox());
    Transport second = start(two, names(), Optional.of("c"), inbox);
    await().until(() -> first.peers().getFirst().connected());
    assertThat(first.peers().getFirst().member()).contains(two);
    assertThat(first.peers().getFirst().clusterId()).contains("c");

    byte[] large = new byte[3 << 20];
    RaftMessage append =
        new RaftMessage.AppendEntries(
            2, LogId.ZERO, List.of(new LogEntry.Command(new LogId(2, 1), large)), 0, 5);
    first.send(new MemberId(two.name(), 99), new RaftMessage.VoteResponse(1, true));
    first.send(two, append);
    await().until(() -> !inbox.messages.isEmpty());
    assertThat(inbox.messages).containsExactly(append);

    await().until(() -> second.peers().getFirst().connected());
    first.close();
    await().until(() -> !inbox.lost.isEmpty());
    assertThat(inbox.lost.getFirst()).isEqualTo(one);

    Transport again = start(one, names(), Optional.empty(), new Inbox()); // dials and is dialled
    await().until(() -> again.peers().getFirst().connected());
    await().until(() -> second.peers().getFirst().connected());
  }

  @Test
  void carriesNotesByNameAndDropsThemWithoutAConnection() throws Exception {
    Transport first = start(one, names(), Optional.of("c"), new Inbox());
    assertThat(first.tell(two.name(), new byte[9])).isFalse();
    start(two, names(), Optional.of("c"), inbox);
    await().until(() -> first.peers().getFirst().connected());
    assertThat(first.tell("127.0.0.9:1", new byte[9])).isFalse();
    assertThat(first.tell(two.name(), new byte[FrameLimits.MAX_NOTE_BYTES])).isTrue();
    await().until(() -> !inbox.notes.isEmpty());
    assertThat(inbox.notes).containsExactly(one.name() + " " + FrameLimits.MAX_NOTE_BYTES);
    assertThat(first.tell(two.name(), new byte[FrameLimits.MAX_NOTE_BYTES + 1])).isTrue();
    await().until(() -> !inbox.lost.isEmpty()); // a member that sends too much is cut off
    assertThat(inbox.notes).hasSize(1);
  }

  @Test
  void refusesAnotherClusterAndAStranger() throws Exception {
    start(two, names(), Optional.of("c"), inbox);
    Transport foreign = start(one, names(), Optional.of("other"), new Inbox());
    await().until(() -> problem(foreign).contains("belongs to another cluster"));
    foreign.close();

    MemberId stranger = new MemberId(freeAddress("127.0.0.3"), 3);
    List<String> claimed = List.of(stranger.name(), two.name());
    Transport unknown = start(stranger, claimed, Optional.of("c"), new Inbox());
    await().until(() -> problem(unknown).contains("is not among the members"));
    assertThat(inbox.messages).isEmpty();
    assertThat(inbox.lost).isEmpty();
  }

  @Test
  void closesAConnectionThatSpeaksBeforeTheHandshakeOrAnnouncesAHugeFrame() throws Exception {
    start(two, names(), Optional.empty(), inbox);
    HostPort address = HostPort.parse(two.name());
    byte[] vote =
        RaftCodec.encode(new RaftMessage.VoteRequest(9, LogId.ZERO, false), "c").toByteArray();
    try (Socket socket = new Socket(address.host(), address.port())) {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(vote.length);
      out.write(vote);
      out.flush();
      assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
          .contains("speaks before the handshake");
    }
    try (Socket socket = new Socket(address.host(), address.port())) {
      new DataOutputStream(socket.getOutputStream()).writeInt(Integer.MAX_VALUE);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(inbox.messages).isEmpty();
  }

  /** Raft talks all the time, in both directions on different connections; none of them may end. */
  @Test
  void busyConnectionOutlivesTheLimitOfSilence() throws Exception {
    Inbox ofFirst = new Inbox();
    Transport first = start(one, names(), Optional.of("c"), ofFirst);
    Transport second = start(two, names(), Optional.of("c"), inbox);
    await().until(() -> first.peers().getFirst().connected());
    await().until(() -> second.peers().getFirst().connected());
    Duration longer = Duration.ofMillis(FramePipeline.SILENCE_MILLIS * 3 / 2);
    await()
        .pollInterval(Duration.ofMillis(50))
        .during(longer)
        .atMost(longer.plusSeconds(5))
        .until(
            () -> {
              first.send(two, new RaftMessage.VoteResponse(1, true));
              return ofFirst.lost.isEmpty() && inbox.lost.isEmpty();
            });
    assertThat(inbox.messages).hasSizeGreaterThan(10);
  }

  @Test
  void takenAddressIsAClearError() throws Exception {
    start(one, names(), Optional.empty(), inbox);
    assertThatThrownBy(() -> start(one, names(), Optional.empty(), inbox))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on " + one.name());
  }

  private List<String> names() {
    return List.of(one.name(), two.name());
  }

  private Transport start(
      MemberId self, List<String> names, Optional<String> clusterId, Inbox receiver)
      throws IOException {
    Transport transport =
        new NettyTransport(
            HostPort.parse(self.name()),
            names,
            new Transport.Identity(self, clusterId, clusterId.isEmpty(), names),
            receiver,
            LinkOptions.PLAIN);
    open.add(transport);
    return transport;
  }

  private String problem(Transport transport) {
    return transport.peers().stream()
        .filter(peer -> peer.name().equals(two.name()))
        .findFirst()
        .flatMap(Transport.PeerView::problem)
        .orElse("");
  }

  private static String freeAddress(String host) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return host + ":" + socket.getLocalPort();
    }
  }
}
