package dev.orchestrator.raft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.RaftLimits;
import dev.orchestrator.raft.core.RaftTimings;
import dev.orchestrator.raft.group.CompactionPolicy;
import dev.orchestrator.raft.group.RaftConfig;
import dev.orchestrator.raft.group.RaftGroup;
import dev.orchestrator.raft.metrics.LinkMetrics;
import dev.orchestrator.raft.port.StateMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Three members over TLS, real sockets, logs in memory, and a client that asks every 2 ms. */
final class TlsGroup implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(60);

  /** Wider than the defaults: an election means a lost connection here, not a busy machine. */
  private static final RaftTimings TIMINGS = new RaftTimings(150, 2_000, 3_000);

  private static final long EVERY_MILLIS = 2;
  private static final long PROPOSAL_SECONDS = 30;

  /** Adds up the lengths of the commands, so that a lost or repeated one shows. */
  private static final class SumState implements StateMachine<Long> {
    final AtomicLong sum = new AtomicLong();

    @Override
    public LogId applied() {
      return LogId.ZERO;
    }

    @Override
    public Long apply(LogId id, byte[] command) {
      return sum.addAndGet(command.length);
    }

    @Override
    public void advance(LogId id) {}
  }

  final List<String> names = new ArrayList<>();
  private final Path folder;
  private final List<RaftGroup<Long>> members = new ArrayList<>();
  private final List<SumState> states = new ArrayList<>();
  private final List<String> fatal = new CopyOnWriteArrayList<>();

  private final ScheduledExecutorService client =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("client").unstarted(task));
  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong askedLengths = new AtomicLong();
  private final AtomicLong applied = new AtomicLong();
  private final AtomicLong slowestNanos = new AtomicLong();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();

  /** Starts them on these hosts, with certificates of this authority, and waits for a leader. */
  TlsGroup(Path folder, TestCertificates authority, List<String> hosts) throws IOException {
    this.folder = folder;
    for (String host : hosts) {
      names.add(TestInbox.freeAddress(host));
    }
    for (String name : names) {
      LinkOptions link =
          new LinkOptions(
              Optional.of(authority.issue(filesOf(name), HostPort.parse(name).host())),
              NameResolver.SYSTEM,
              Duration.ofMillis(50),
              Duration.ofSeconds(5));
      RaftConfig config =
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
              CompactionPolicy.DEFAULT);
      SumState state = new SumState();
      states.add(state);
      members.add(RaftGroup.start(config, new MemoryLog(1 + members.size()), state));
    }
    await().atMost(LIMIT).until(this::isSettled);
  }

  private boolean isSettled() {
    return members.stream().anyMatch(member -> member.status().leaderReady())
        && members.stream().map(member -> member.status().leader()).distinct().count() == 1
        && links().stream().allMatch(LinkMetrics::connected);
  }

  /** Where this member reads its certificates. */
  Path filesOf(String name) {
    return folder.resolve(name.replace(':', '_'));
  }

  /** One term per member: one value as long as nobody stands for election. */
  List<Long> terms() {
    return members.stream().map(member -> member.status().term()).toList();
  }

  /** The links of all members, in the same order each time. */
  List<LinkMetrics> links() {
    return members.stream().flatMap(member -> member.metrics().links().stream()).toList();
  }

  List<Long> refusedConnections() {
    return members.stream().map(member -> member.metrics().refusedConnections()).toList();
  }

  /** Proposes every few milliseconds, whatever becomes of it, until {@link #stopAsking}. */
  void startAsking() {
    RaftGroup<Long> leader =
        members.stream().filter(member -> member.status().leaderReady()).findFirst().orElseThrow();
    client.scheduleAtFixedRate(() -> ask(leader), 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void ask(RaftGroup<Long> leader) {
    long began = System.nanoTime();
    int length = 1 + (int) (began % 500);
    asked.incrementAndGet();
    askedLengths.addAndGet(length);
    leader
        .propose(new byte[length])
        .orTimeout(PROPOSAL_SECONDS, TimeUnit.SECONDS)
        .whenComplete(
            (_, failure) -> {
              slowestNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
              if (failure == null) {
                applied.incrementAndGet();
              } else {
                failures.add(failure);
              }
            });
  }

  /** How many proposals were applied and answered. */
  long applied() {
    return applied.get();
  }

  Duration slowest() {
    return Duration.ofNanos(slowestNanos.get());
  }

  /** Ends the load; fails if any proposal did, or if some member's state is not all of them. */
  void stopAsking() throws InterruptedException {
    client.shutdown();
    assertThat(client.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    await().atMost(LIMIT).until(() -> applied.get() + failures.size() == asked.get());
    assertThat(failures).isEmpty();
    for (SumState state : states) {
      await().atMost(LIMIT).until(() -> state.sum.get() == askedLengths.get());
    }
    assertThat(members).allMatch(member -> member.metrics().proposalsFailed() == 0);
  }

  @Override
  public void close() {
    client.shutdownNow();
    members.forEach(RaftGroup::close);
    assertThat(fatal).isEmpty();
  }
}
