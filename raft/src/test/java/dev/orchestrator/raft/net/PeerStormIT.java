package dev.orchestrator.raft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.metrics.LinkMetrics;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A group that goes on committing while strangers try everything on its peer ports. */
class PeerStormIT {
  private static final List<String> HOSTS = List.of("127.0.75.1", "127.0.75.2", "127.0.75.3");

  /** Attempts of each kind at each member. */
  private static final int ATTEMPTS = 5;

  private static final int CROWD = FrameLimits.MAX_HALF_OPEN + 8;

  /** What a stranger may try. */
  private enum Attempt {
    /** Bytes that are nothing. */
    GARBAGE,
    /** The beginning of a TLS handshake, and then no more: kept open. */
    HALF_OPEN_TLS,
    /** TLS as it should be, then a frame that would be larger than allowed. */
    OVERSIZED_FRAME,
    /** TLS as it should be, then a frame of garbage. */
    GARBAGE_FRAME,
    /** A certificate for one host, the name of a member on another. */
    FALSE_NAME,
    /** A genuine member's words of another connection, in its name. */
    REPLAY
  }

  @TempDir Path temp;

  private final TestCertificates authority = new TestCertificates("the group's authority");
  private final AtomicBoolean enough = new AtomicBoolean();

  @Test
  void strangersStopNoCommitAndCauseNoElection() throws Exception {
    PeerTlsFiles stranger = authority.issue(temp.resolve("stranger"), "127.0.75.9");
    TestLog.lines().clear();
    try (TlsGroup group = new TlsGroup(temp, authority, HOSTS)) {
      List<Long> terms = group.terms();
      List<Long> connections = group.links().stream().map(LinkMetrics::connections).toList();
      group.startAsking();
      List<Map<Attempt, AtomicInteger>> refused = new ArrayList<>();
      List<CompletableFuture<Void>> storm = new ArrayList<>();
      for (int i = 0; i < HOSTS.size(); i++) {
        String victim = group.names.get(i);
        String impersonated = group.names.get((i + 1) % HOSTS.size());
        PeerTlsFiles stolen =
            authority.issue(temp.resolve("stolen-" + i), HostPort.parse(impersonated).host());
        Map<Attempt, AtomicInteger> counts = new EnumMap<>(Attempt.class);
        for (Attempt attempt : Attempt.values()) {
          counts.put(attempt, new AtomicInteger());
        }
        refused.add(counts);
        Stranger one =
            new Stranger(
                victim,
                new MemberId(impersonated, 1 + (i + 1) % HOSTS.size()),
                stranger,
                stolen,
                counts);
        storm.add(
            CompletableFuture.runAsync(
                one::storm,
                task -> Thread.ofPlatform().daemon().name("stranger-" + victim).start(task)));
      }
      await()
          .atMost(TlsGroup.LIMIT)
          .until(
              () ->
                  storm.stream().anyMatch(CompletableFuture::isCompletedExceptionally)
                      || refused.stream().allMatch(PeerStormIT::areThrough));
      long before = group.applied();
      await().atMost(TlsGroup.LIMIT).until(() -> group.applied() > before + 100);
      enough.set(true);
      for (CompletableFuture<Void> each : storm) {
        each.get(TlsGroup.LIMIT.toSeconds(), TimeUnit.SECONDS);
      }
      group.stopAsking();

      assertThat(group.terms()).isEqualTo(terms).containsOnly(terms.getFirst());
      assertThat(group.links().stream().map(LinkMetrics::connections)).isEqualTo(connections);
      assertThat(group.links()).allMatch(LinkMetrics::connected);
      assertThat(group.refusedConnections()).allMatch(count -> count >= 5L * ATTEMPTS);
      assertThat(TestLog.lines().toString()).contains("connections without a handshake");
      assertThat(group.slowest()).isLessThan(TlsGroup.LIMIT.dividedBy(6));
    }
  }

  private static boolean areThrough(Map<Attempt, AtomicInteger> counts) {
    return counts.entrySet().stream()
        .allMatch(
            count ->
                count.getValue().get()
                    >= (count.getKey() == Attempt.HALF_OPEN_TLS ? CROWD : ATTEMPTS));
  }

  /** One stranger at one member's port. Confined to its thread. */
  private final class Stranger {
    private static final int MAX_GARBAGE = 2_000;

    private final String victim;
    private final MemberId impersonated;
    private final PeerTlsFiles own;
    private final PeerTlsFiles stolen;
    private final Map<Attempt, AtomicInteger> refused;
    private final Random random;
    private final Deque<Socket> crowd = new ArrayDeque<>();

    Stranger(
        String victim,
        MemberId impersonated,
        PeerTlsFiles own,
        PeerTlsFiles stolen,
        Map<Attempt, AtomicInteger> refused) {
      this.victim = victim;
      this.impersonated = impersonated;
      this.own = own;
      this.stolen = stolen;
      this.refused = refused;
      this.random = new Random(victim.hashCode());
    }

    void storm() {
      Attempt[] attempts = Attempt.values();
      try {
        for (int next = 0; !enough.get(); next++) {
          Attempt attempt = attempts[next % attempts.length];
          int times = attempt == Attempt.HALF_OPEN_TLS ? CROWD : 1;
          for (int i = 0; i < times; i++) {
            attempt(attempt);
          }
        }
        for (Socket socket : crowd) {
          socket.close();
        }
      } catch (Exception e) {
        throw new AssertionError("a stranger at " + victim + " was not simply refused", e);
      }
    }

    private void attempt(Attempt attempt) throws Exception {
      switch (attempt) {
        case GARBAGE -> {
          try (RawPeer peer = RawPeer.to(victim)) {
            peer.raw(garbage());
            assertThat(peer.isClosed()).isTrue();
          }
        }
        case HALF_OPEN_TLS -> {
          HostPort to = HostPort.parse(victim);
          Socket half = new Socket(to.host(), to.port());
          half.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0, 1}); // a hello, cut short
          crowd.addLast(half);
          if (crowd.size() > CROWD) {
            crowd.removeFirst().close();
          }
        }
        case OVERSIZED_FRAME -> {
          int[] lengths = {Integer.MAX_VALUE, FrameLimits.MAX_HELLO_BYTES + 1, -1};
          int length = lengths[random.nextInt(lengths.length)];
          try (RawPeer peer = RawPeer.overTls(victim, own)) {
            peer.raw(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
            assertThat(peer.isClosed()).isTrue();
          }
        }
        case GARBAGE_FRAME -> {
          byte[] garbage = garbage();
          garbage[0] = 7; // a field that ends nowhere
          try (RawPeer peer = RawPeer.overTls(victim, own)) {
            peer.raw(
                ByteBuffer.allocate(Integer.BYTES + garbage.length)
                    .putInt(garbage.length)
                    .put(garbage)
                    .array());
            assertThat(peer.isClosed()).isTrue();
          }
        }
        case FALSE_NAME -> {
          try (RawPeer peer = RawPeer.overTls(victim, own)) {
            peer.hello(impersonated, impersonated.name(), victim);
            assertThat(peer.refusal()).contains("calls itself " + impersonated.name());
          }
        }
        case REPLAY -> {
          try (RawPeer peer = RawPeer.overTls(victim, stolen)) {
            peer.hello(impersonated, impersonated.name(), victim);
            peer.read();
            peer.confirm(ByteString.copyFrom(new byte[16])); // of the recorded connection
            assertThat(peer.refusal()).contains("a replay");
          }
        }
      }
      refused.get(attempt).incrementAndGet();
    }

    private byte[] garbage() {
      byte[] garbage = new byte[8 + random.nextInt(MAX_GARBAGE)];
      random.nextBytes(garbage);
      garbage[0] = (byte) 0xEE;
      return garbage;
    }
  }
}
