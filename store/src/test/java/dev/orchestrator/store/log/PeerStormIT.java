package dev.orchestrator.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.RaftLimits;
import dev.orchestrator.raft.core.RaftTimings;
import dev.orchestrator.raft.group.CompactionPolicy;
import dev.orchestrator.raft.group.RaftConfig;
import dev.orchestrator.raft.group.RaftGroup;
import dev.orchestrator.raft.group.RaftMetrics;
import dev.orchestrator.raft.net.HostPort;
import dev.orchestrator.raft.net.LinkOptions;
import dev.orchestrator.raft.net.NameResolver;
import dev.orchestrator.raft.net.PeerTlsFiles;
import dev.orchestrator.raft.net.TestCertificates;
import dev.orchestrator.raft.port.StateMachine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members over TLS that keep committing: through new certificates, and under garbage. */
class PeerStormIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> HOSTS = List.of("127.0.74.1", "127.0.74.2", "127.0.74.3");

  /** Wider than the defaults: an election here means a lost connection, not a busy machine. */
  private static final RaftTimings TIMINGS = new RaftTimings(150, 4_000, 8_000);

  /** Answers the length of each command. */
  private static final class LengthState implements StateMachine<Integer> {
    @Override
    public LogId applied() {
      return LogId.ZERO;
    }

    @Override
    public Integer apply(LogId id, byte[] command) {
      return command.length;
    }

    @Override
    public void advance(LogId id) {}
  }

  @TempDir Path temp;

  private final TestCertificates authority = new TestCertificates("the group's authority");
  private final List<String> names = new ArrayList<>();
  private final List<RaftGroup<Integer>> members = new ArrayList<>();
  private final List<String> fatal = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    for (String host : HOSTS) {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
        names.add(host + ":" + socket.getLocalPort());
      }
    }
    for (String name : names) {
      PeerTlsFiles files = certify(name);
      LinkOptions link =
          new LinkOptions(
              Optional.of(files),
              NameResolver.SYSTEM,
              Duration.ofMillis(200),
              Duration.ofSeconds(5));
      members.add(
          RaftGroup.start(
              new RaftConfig(
                  name,
                  name,
                  names,
                  false,
                  TIMINGS,
                  RaftLimits.DEFAULT,
                  link,
                  Optional.empty(),
                  (what, _) -> fatal.add(what),
                  CompactionPolicy.DEFAULT),
              RocksLogStorage.open(temp.resolve("log-" + members.size())),
              new LengthState()));
    }
    await().atMost(LIMIT).until(() -> leader().isPresent());
  }

  @AfterEach
  void stop() {
    members.forEach(RaftGroup::close);
    assertThat(fatal).isEmpty();
  }

  @Test
  void certificatesAreReplacedUnderLoadWithoutAnElectionOrALostProposal() throws Exception {
    RaftGroup<Integer> leader = leader().orElseThrow();
    long term = leader.status().term();
    AtomicBoolean enough = new AtomicBoolean();
    AtomicLong applied = new AtomicLong();
    CompletableFuture<Void> load = load(leader, enough, applied);

    for (int round = 1; round <= 3; round++) {
      long connections = 1 + 2L * round; // its own renewal, and the one that the other asks for
      names.forEach(this::certify);
      await().atMost(LIMIT).until(() -> renewals(leader) >= 2 * connections - 2);
    }
    long before = applied.get();
    await().atMost(LIMIT).until(() -> applied.get() > before + 20);
    enough.set(true);
    load.get(LIMIT.toSeconds(), TimeUnit.SECONDS); // fails if any proposal did

    assertThat(leader.status().term()).isEqualTo(term);
    for (RaftGroup<Integer> member : members) {
      assertThat(member.metrics().electionsStarted()).isEqualTo(member.equals(leader) ? 1 : 0);
      assertThat(member.status().leader()).isEqualTo(leader.status().leader());
    }
  }

  @Test
  void garbageFromStrangersStopsNoCommit() throws Exception {
    RaftGroup<Integer> leader = leader().orElseThrow();
    long term = leader.status().term();
    AtomicBoolean enough = new AtomicBoolean();
    AtomicLong applied = new AtomicLong();
    List<CompletableFuture<Void>> storm = new ArrayList<>();
    for (String name : names) {
      storm.add(CompletableFuture.runAsync(() -> storm(name, enough)));
    }
    CompletableFuture<Void> load = load(leader, enough, applied);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                applied.get() > 200
                    && members.stream().allMatch(m -> m.metrics().refusedConnections() > 100));
    enough.set(true);
    load.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    for (CompletableFuture<Void> each : storm) {
      each.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
    assertThat(leader.status().term()).isEqualTo(term);
    RaftMetrics metrics = leader.metrics();
    assertThat(metrics.proposals().count()).isGreaterThan(200);
    assertThat(metrics.proposalsFailed()).isZero();
    assertThat(metrics.syncs().count()).isPositive();
    assertThat(metrics.links()).hasSize(2).allMatch(link -> link.connected());
    assertThat(metrics.links()).allMatch(link -> link.connections() == 1);
  }

  private static CompletableFuture<Void> load(
      RaftGroup<Integer> leader, AtomicBoolean enough, AtomicLong applied) {
    return CompletableFuture.runAsync(
        () -> {
          while (!enough.get()) {
            int length = 1 + (int) (applied.get() % 100);
            int answer =
                leader.propose(new byte[length]).orTimeout(30, TimeUnit.SECONDS).join();
            assertThat(answer).isEqualTo(length);
            applied.incrementAndGet();
          }
        },
        task -> Thread.ofPlatform().daemon().name("load").start(task));
  }

  private static void storm(String name, AtomicBoolean enough) {
    HostPort to = HostPort.parse(name);
    Random random = new Random(name.hashCode());
    while (!enough.get()) {
      byte[] garbage = new byte[1 + random.nextInt(2_000)];
      random.nextBytes(garbage);
      try (Socket socket = new Socket(to.host(), to.port())) {
        socket.setSoTimeout(200);
        socket.getOutputStream().write(garbage);
        if (random.nextBoolean() && socket.getInputStream().read() == 0) {
          continue; // read to its end or not: both are somebody's habit
        }
      } catch (IOException refused) {
        continue; // as it should be
      }
    }
  }

  private static long renewals(RaftGroup<Integer> member) {
    return member.metrics().links().stream().mapToLong(link -> link.connections() - 1).sum();
  }

  private PeerTlsFiles certify(String name) {
    return authority.issue(temp.resolve(name.replace(':', '_')), HostPort.parse(name).host());
  }

  private Optional<RaftGroup<Integer>> leader() {
    return members.stream()
        .filter(member -> member.status().leaderReady())
        .filter(
            leader ->
                members.stream()
                    .allMatch(
                        member -> member.status().leader().equals(leader.status().leader())))
        .findFirst();
  }
}
