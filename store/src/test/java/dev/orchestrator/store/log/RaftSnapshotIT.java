package dev.orchestrator.store.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.RaftLimits;
import dev.orchestrator.raft.core.RaftTimings;
import dev.orchestrator.raft.group.CompactionPolicy;
import dev.orchestrator.raft.group.RaftConfig;
import dev.orchestrator.raft.group.RaftGroup;
import dev.orchestrator.raft.group.RaftStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members whose log is cut early: real sockets on 127.0.73.x, RocksDB and snapshot files. */
class RaftSnapshotIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final CompactionPolicy EARLY =
      new CompactionPolicy(200, 4L << 20, 3_600_000, 50, 64 << 10);

  /** Small chunks, so that a transfer takes a while. */
  private static final RaftLimits LIMITS =
      new RaftLimits(256 << 10, 64, 4 << 20, 4096, 16 << 20, 64 << 10, 16 << 10, 64 << 10, 1 << 20);

  @TempDir Path temp;

  private final List<String> names = new ArrayList<>();
  private final Map<String, RaftGroup<String>> members = new TreeMap<>();
  private final Map<String, Journal> journals = new TreeMap<>();
  private final List<String> fatal = new CopyOnWriteArrayList<>();

  @BeforeEach
  void chooseNames() throws IOException {
    for (int i = 1; i <= 3; i++) {
      names.add(freeAddress("127.0.73." + i));
    }
    names.sort(Comparator.naturalOrder());
  }

  @AfterEach
  void stopAll() {
    members.values().forEach(RaftGroup::close);
    assertThat(fatal).isEmpty();
  }

  /** §7: a follower that was away until its entries were gone catches up, while others write. */
  @Test
  void aFollowerBehindTheLogCatchesUpUnderLoad() throws Exception {
    names.forEach(this::start);
    String leader = awaitLeader();
    String away = others(leader).getFirst();
    stop(away);
    proposeMany(leader, 1_500, 1_000);
    await().atMost(LIMIT).until(() -> status(leader).firstIndex() > 100);

    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Integer> load =
        CompletableFuture.supplyAsync(
            () -> {
              int written = 0;
              while (!done.get()) {
                propose(leader, "during " + written++);
              }
              return written;
            });
    start(away);
    await().atMost(LIMIT).until(() -> journals.get(away).restored.get() > 0);
    done.set(true);
    assertThat(load.get(60, TimeUnit.SECONDS)).isPositive();
    awaitSame();
    assertThat(journals.get(away).restored.get()).isEqualTo(1);
    assertThat(status(leader).leaderReady()).isTrue();
    assertThat(status(leader).term()).isEqualTo(status(away).term());

    stop(away); // its log begins behind the snapshot, on disk too
    start(away);
    propose(leader, "after");
    awaitSame();
    assertThat(journals.get(away).restored.get()).isEqualTo(1);
    stop(others(leader).getLast()); // it counts as a voter
    assertThat(propose(leader, "with two")).isEqualTo("applied with two");
  }

  /** Rule T2: the database was wiped, the log has only what came later. */
  @Test
  void aMemberWhoseStateAloneWasWipedFetchesIt() throws Exception {
    names.forEach(this::start);
    String leader = awaitLeader();
    proposeMany(leader, 600, 100);
    String wiped = others(leader).getFirst();
    await().atMost(LIMIT).until(() -> status(wiped).firstIndex() > 1);
    stop(wiped);
    journals.remove(wiped);
    start(wiped);
    awaitSame();
    assertThat(journals.get(wiped).restored.get()).isEqualTo(1);
    await().atMost(LIMIT).until(() -> status(wiped).waitingFor().isEmpty());
  }

  /** Rule T2: a clone of another member's database that is ahead of the log. */
  @Test
  void aClonedStateIsGoneOnFrom() throws Exception {
    names.forEach(this::start);
    String leader = awaitLeader();
    propose(leader, "a");
    awaitSame();
    String behind = others(leader).getFirst();
    stop(behind);
    proposeMany(leader, 20, 10);
    Journal clone = new Journal();
    clone.restore(journals.get(leader).applied(), imageOf(journals.get(leader)));
    journals.put(behind, clone);
    start(behind);
    propose(leader, "b");
    awaitSame();
    assertThat(clone.restored.get()).isEqualTo(1); // by this test only
  }

  /** Rule T2: a state from a future that this group has never seen. */
  @Test
  void aStateAheadOfTheGroupIsReplaced() throws Exception {
    names.forEach(this::start);
    String leader = awaitLeader();
    propose(leader, "a");
    awaitSame();
    String stranger = others(leader).getFirst();
    stop(stranger);
    Journal foreign = new Journal();
    foreign.apply(new LogId(90, 1_000), "never".getBytes(UTF_8));
    journals.put(stranger, foreign);
    start(stranger);
    propose(leader, "b");
    awaitSame();
    assertThat(foreign.commands).containsExactly("a", "b");
  }

  private static java.io.InputStream imageOf(Journal journal) throws IOException {
    var out = new java.io.ByteArrayOutputStream();
    journal.image().writeTo(out);
    return new java.io.ByteArrayInputStream(out.toByteArray());
  }

  private void proposeMany(String leader, int count, int bytes) throws Exception {
    List<CompletableFuture<String>> waiting = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String text = i + "-" + "x".repeat(bytes);
      waiting.add(members.get(leader).propose(text.getBytes(UTF_8)));
      if (waiting.size() == 100) {
        CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new))
            .get(60, TimeUnit.SECONDS);
        waiting.clear();
      }
    }
    CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
  }

  private void start(String name) {
    Journal journal = journals.computeIfAbsent(name, _ -> new Journal());
    RaftConfig config =
        new RaftConfig(
            name,
            name,
            names,
            false,
            RaftTimings.DEFAULT,
            LIMITS,
            (what, cause) -> fatal.add(what + ": " + cause),
            EARLY);
    members.put(name, RaftGroup.start(config, RocksLogStorage.open(folder(name)), journal));
  }

  private Path folder(String name) {
    return temp.resolve(name.replace(':', '_'));
  }

  private void stop(String name) {
    RaftGroup<String> member = members.remove(name);
    if (member != null) {
      member.close();
    }
  }

  private RaftStatus status(String name) {
    return members.get(name).status();
  }

  private List<String> others(String name) {
    return names.stream().filter(other -> !other.equals(name)).toList();
  }

  private String awaitLeader() {
    return await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> members.keySet().stream().filter(name -> status(name).leaderReady()).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private String propose(String name, String command) {
    return members
        .get(name)
        .propose(command.getBytes(UTF_8))
        .orTimeout(30, TimeUnit.SECONDS)
        .join();
  }

  /** All members have the same journal, and the newest entry. */
  private void awaitSame() {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              long last =
                  members.values().stream().mapToLong(m -> m.status().lastIndex()).max().orElse(0);
              for (String name : members.keySet()) {
                assertThat(journals.get(name).applied().index()).isEqualTo(last);
                assertThat(journals.get(name).commands)
                    .isEqualTo(journals.get(members.keySet().iterator().next()).commands);
              }
            });
  }

  static long sizeOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static String freeAddress(String host) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return host + ":" + socket.getLocalPort();
    }
  }
}
