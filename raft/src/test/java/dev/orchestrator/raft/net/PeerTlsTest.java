package dev.orchestrator.raft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.port.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutual TLS on the peer link: who is let in, who is not, and how certificates are replaced. */
class PeerTlsTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path temp;

  private final TestCertificates authority = new TestCertificates("our authority");
  private final List<Transport> open = new ArrayList<>();
  private final TestInbox inbox = new TestInbox();
  private MemberId one;
  private MemberId two;

  @BeforeEach
  void chooseNames() throws IOException {
    TestLog.lines().clear();
    one = new MemberId(TestInbox.freeAddress("127.0.71.1"), 1);
    two = new MemberId(TestInbox.freeAddress("127.0.71.2"), 2);
  }

  @AfterEach
  void close() {
    open.forEach(Transport::close);
  }

  @Test
  void membersWithCertificatesOfOneAuthorityTalk() throws Exception {
    Transport first = start(one, tls(authority, "127.0.71.1"));
    start(two, tls(authority, "127.0.71.2"));
    await().atMost(LIMIT).until(() -> first.peers().getFirst().connected());
    first.send(two, new RaftMessage.VoteResponse(1, true));
    await().atMost(LIMIT).until(() -> !inbox.messages.isEmpty());
  }

  @Test
  void certificateOfAnotherAuthorityIsRefusedByBothSides() throws Exception {
    Transport first = start(one, tls(new TestCertificates("another"), "127.0.71.1"));
    Transport second = start(two, tls(authority, "127.0.71.2"));
    awaitProblem(first, "TLS failed: unable to find valid certification path");
    awaitProblem(second, "TLS failed: unable to find valid certification path");
    assertThat(inbox.messages).isEmpty();
  }

  @Test
  void strangerThatTrustsUsIsRefusedByItsAuthority() throws Exception {
    // It accepts our certificates; only our own check keeps it out.
    TestCertificates other = new TestCertificates("another");
    PeerTlsFiles files = other.issue(temp.resolve("stranger"), "127.0.71.1");
    TestCertificates.write(files.authorities(), authority.authority());
    Transport first = start(one, options(files));
    start(two, tls(authority, "127.0.71.2"));
    awaitProblem(first, "TLS failed: ");
    assertThat(inbox.messages).isEmpty();
  }

  @Test
  void certificateOfAnotherMemberIsRefused() throws Exception {
    // Made for one host and taken to another: the authority is right, the name is not.
    PeerTlsFiles files = authority.issue(temp.resolve("stolen"), "127.0.71.1");
    MemberId thief = new MemberId(TestInbox.freeAddress("127.0.71.3"), 3);
    assertThatThrownBy(() -> start(thief, options(files)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is made for [127.0.71.1]")
        .hasMessageContaining("must hold this member's host 127.0.71.3");

    Transport victim = start(two, tls(authority, "127.0.71.2"));
    PeerTlsFiles ofThief = authority.issue(temp.resolve("thief"), "127.0.71.3");
    try (RawPeer raw = RawPeer.overTls(two.name(), ofThief)) {
      raw.hello(one, one.name(), two.name());
      assertThat(raw.refusal())
          .contains("calls itself " + one.name(), "its certificate is made for [127.0.71.3]");
    }
    assertThat(victim.refusedConnections()).isPositive();
  }

  @Test
  void expiredCertificateIsRefusedAtStart() {
    Instant now = Instant.now();
    PeerTlsFiles files =
        authority.issue(
            temp.resolve("old"), "127.0.71.1", now.minusSeconds(7200), now.minusSeconds(60));
    assertThatThrownBy(() -> start(one, options(files)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("RaftTLSCertFile")
        .hasMessageContaining("is not a certificate that is valid now");
  }

  @Test
  void certificateThatExpiresLaterIsRefusedByTheOthersThen() throws Exception {
    Instant now = Instant.now();
    PeerTlsFiles files =
        authority.issue(
            temp.resolve("short"), "127.0.71.1", now.minusSeconds(9), now.plusSeconds(2));
    Transport first = start(one, options(files));
    await().atMost(LIMIT).until(() -> Instant.now().isAfter(now.plusSeconds(3)));
    start(two, tls(authority, "127.0.71.2"));
    awaitProblem(first, "TLS failed: ");
  }

  @Test
  void plainTextAndTlsDoNotMix() throws Exception {
    Transport plain = start(one, LinkOptions.PLAIN);
    Transport secured = start(two, tls(authority, "127.0.71.2"));
    await().atMost(LIMIT).until(() -> secured.refusedConnections() > 0);
    await().atMost(LIMIT).until(() -> plain.refusedConnections() > 0);
    assertThat(TestLog.lines())
        .anyMatch(line -> line.contains("it speaks plain text, but this member demands TLS"))
        .anyMatch(line -> line.contains("it speaks TLS, but this member has no certificates"));
    assertThat(plain.peers().getFirst().connected()).isFalse();
    assertThat(secured.peers().getFirst().connected()).isFalse();
  }

  @Test
  void newCertificatesAreUsedWithoutLosingTheConnectionAndBrokenOnesAreNot() throws Exception {
    PeerTlsFiles ofOne = authority.issue(temp.resolve("one"), "127.0.71.1");
    TestInbox atOne = new TestInbox();
    Transport first = start(one, options(ofOne), atOne);
    Transport second = start(two, tls(authority, "127.0.71.2"));
    await().atMost(LIMIT).until(() -> first.peers().getFirst().connected());
    await().atMost(LIMIT).until(() -> second.peers().getFirst().connected());

    TestCertificates.write(ofOne.key(), "no key");
    await()
        .atMost(LIMIT)
        .until(() -> TestLog.lines().stream().anyMatch(line -> line.contains("former ones stay")));
    assertThat(connections(first)).isEqualTo(1);

    authority.issue(temp.resolve("one"), "127.0.71.1");
    await().atMost(LIMIT).until(() -> connections(first) == 2); // its own link
    await().atMost(LIMIT).until(() -> connections(second) == 2); // and the one it asked for
    assertThat(atOne.lost).isEmpty();
    assertThat(inbox.lost).isEmpty();
    first.send(two, new RaftMessage.VoteResponse(1, true));
    second.send(one, new RaftMessage.VoteResponse(2, true));
    await().atMost(LIMIT).until(() -> !inbox.messages.isEmpty() && !atOne.messages.isEmpty());
  }

  private static long connections(Transport transport) {
    return transport.linkMetrics().getFirst().connections();
  }

  private void awaitProblem(Transport transport, String problem) {
    await()
        .atMost(LIMIT)
        .until(() -> transport.peers().getFirst().problem().orElse("").contains(problem));
  }

  private LinkOptions tls(TestCertificates by, String host) {
    return options(by.issue(temp.resolve(host), host));
  }

  private static LinkOptions options(PeerTlsFiles files) {
    return new LinkOptions(
        Optional.of(files), NameResolver.SYSTEM, Duration.ofMillis(50), Duration.ofSeconds(5));
  }

  private Transport start(MemberId self, LinkOptions options) throws IOException {
    return start(self, options, self.equals(two) ? inbox : new TestInbox());
  }

  private Transport start(MemberId self, LinkOptions options, TestInbox receiver)
      throws IOException {
    List<String> names = List.of(one.name(), two.name());
    Transport transport =
        new NettyTransport(
            HostPort.parse(self.name()),
            names,
            new Transport.Identity(self, Optional.of("c"), false, names),
            receiver,
            options);
    open.add(transport);
    return transport;
  }
}
