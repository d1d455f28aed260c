package dev.orchestrator.store.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.raft.core.RaftLimits;
import dev.orchestrator.raft.core.RaftTimings;
import dev.orchestrator.raft.group.CompactionPolicy;
import dev.orchestrator.raft.group.MemberChange;
import dev.orchestrator.raft.group.NotLeaderException;
import dev.orchestrator.raft.group.RaftConfig;
import dev.orchestrator.raft.group.RaftException;
import dev.orchestrator.raft.group.RaftGroup;
import dev.orchestrator.raft.group.RaftStatus;
import dev.orchestrator.raft.net.LinkOptions;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members with real sockets on 127.0.0.x and RocksDB in temporary folders. */
class RaftGroupIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path temp;

  private final List<String> names = new ArrayList<>();
  private final Map<String, RaftGroup<String>> members = new TreeMap<>();
  private final Map<String, Journal> journals = new TreeMap<>();
  private final List<String> fatal = new CopyOnWriteArrayList<>();

  @BeforeEach
  void chooseNames() throws IOException {
    for (int i = 1; i <= 3; i++) {
      names.add(freeAddress("127.0.0." + i));
    }
    names.sort(Comparator.naturalOrder());
  }

  @AfterEach
  void stopAll() {
    members.values().forEach(RaftGroup::close);
    assertThat(fatal).isEmpty();
  }

  @Test
  void electsReplicatesSurvivesTheLeaderAndRestartsFromDisk() throws Exception {
    names.forEach(this::start);
    String first = awaitLeader();
    assertThat(propose(first, "a")).isEqualTo("applied a");
    assertThat(members.get(first).leaderCheck()).isTrue();
    awaitAllApplied("a");

    long killedAt = System.nanoTime();
    stop(first);
    String second = awaitLeader();
    long tookMillis = (System.nanoTime() - killedAt) / 1_000_000;
    assertThat(second).isNotEqualTo(first);
    assertThat(tookMillis).isLessThan(5_000);
    assertThat(propose(second, "b")).isEqualTo("applied b");

    start(first);
    awaitAllApplied("a", "b");

    names.forEach(this::stop);
    journals.clear(); // a state rebuilt from the log alone
    names.forEach(this::start);
    String third = awaitLeader();
    assertThat(propose(third, "c")).isEqualTo("applied c");
    awaitAllApplied("a", "b", "c");
    assertThat(status(third).clusterId()).isPresent();
    assertThat(status(third).voters()).isEqualTo(names);
  }

  @Test
  void handsLeadershipOverOnRequestAndOnClose() throws Exception {
    names.forEach(this::start);
    String first = awaitLeader();
    assertThat(propose(first, "a")).isEqualTo("applied a");
    String second = names.get(first.equals(names.get(0)) ? 1 : 0);
    assertThat(members.get(first).transferLeadership(Optional.of(second), LIMIT)).isTrue();
    assertThat(awaitLeader()).isEqualTo(second);
    assertThat(propose(second, "b")).isEqualTo("applied b");
    assertThat(members.get(first).transferLeadership(Optional.empty(), LIMIT)).isFalse();

    stop(second);
    String third = awaitLeader();
    assertThat(third).isNotEqualTo(second);
    assertThat(propose(third, "c")).isEqualTo("applied c");
  }

  @Test
  void readBarrierWaitsForWhatWasCommittedBefore() throws Exception {
    names.forEach(this::start);
    String leader = awaitLeader();
    for (int i = 0; i < 20; i++) {
      propose(leader, "value " + i);
      long index = members.get(leader).readBarrier(LIMIT);
      assertThat(index).isLessThanOrEqualTo(journals.get(leader).applied().index());
      assertThat(journals.get(leader).commands).contains("value " + i);
    }
    String follower = names.get(leader.equals(names.get(0)) ? 1 : 0);
    assertThatThrownBy(() -> members.get(follower).readBarrier(LIMIT))
        .isInstanceOfSatisfying(
            NotLeaderException.class, e -> assertThat(e.leader()).contains(leader));
  }

  @Test
  void formsOnlyOnceAllHaveAnsweredEmptyAndSaysForWhomItWaits() throws Exception {
    start(names.get(0));
    start(names.get(1));
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(status(names.get(0)).waitingFor())
                    .singleElement()
                    .asString()
                    .startsWith(names.get(2) + ": "));
    assertThat(status(names.get(0)).term()).isZero();
    assertThat(status(names.get(0)).votes()).isFalse();

    start(names.get(2));
    String leader = awaitLeader();
    await().atMost(LIMIT).until(() -> names.stream().allMatch(name -> status(name).votes()));
    assertThat(status(leader).waitingFor()).isEmpty();
    assertThat(status(leader).partOfQuorum()).isTrue();
  }

  @Test
  void wipedMemberIsSwappedIn() throws Exception {
    names.forEach(this::start);
    String leader = awaitLeader();
    propose(leader, "a");
    awaitAllApplied("a");

    String wiped = others(leader).getFirst();
    stop(wiped);
    wipe(wiped);
    start(wiped);
    await().atMost(LIMIT).until(() -> status(wiped).votes());
    assertThat(propose(leader, "b")).isEqualTo("applied b");
    awaitAllApplied("a", "b");
    assertThat(status(leader).voters()).isEqualTo(names);

    stop(others(leader).getLast()); // the new incarnation is the second of two
    await().atMost(LIMIT).until(() -> members.get(leader).leaderCheck());
    assertThat(propose(leader, "c")).isEqualTo("applied c");
  }

  @Test
  void twoOfThreeWipedNeitherVoteNorCount() throws Exception {
    names.forEach(this::start);
    String leader = awaitLeader();
    propose(leader, "a");
    awaitAllApplied("a");
    names.forEach(this::stop);

    List<String> wiped = others(leader);
    for (String name : wiped) {
      wipe(name);
    }
    names.forEach(this::start);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                wiped.stream()
                    .allMatch(
                        name ->
                            status(name).waitingFor().stream()
                                .anyMatch(reason -> reason.contains("has data of cluster"))));
    await()
        .during(Duration.ofSeconds(3))
        .atMost(LIMIT)
        .until(() -> names.stream().noneMatch(name -> status(name).leader().isPresent()));
    for (String name : wiped) {
      assertThat(status(name).term()).isZero();
      assertThat(status(name).votes()).isFalse();
    }
  }

  @Test
  void membersAreRemovedAndLetInAgain() throws Exception {
    names.forEach(this::start);
    String first = awaitLeader();
    String other = others(first).getFirst();
    members.get(first).changeMembers(new MemberChange.Remove(other), LIMIT);
    assertThat(status(first).voters()).doesNotContain(other).hasSize(2);
    members.get(first).changeMembers(new MemberChange.Add(other), LIMIT);
    assertThat(status(first).voters()).isEqualTo(names);
    assertThat(propose(first, "a")).isEqualTo("applied a");
    awaitAllApplied("a");

    assertThatThrownBy(
            () -> members.get(first).changeMembers(new MemberChange.Remove(first), LIMIT))
        .isInstanceOf(NotLeaderException.class); // it has handed over before
    String second = awaitLeaderOf(others(first));
    members.get(second).changeMembers(new MemberChange.Remove(first), LIMIT);
    assertThat(status(second).voters()).isEqualTo(others(first));
    await().atMost(LIMIT).until(() -> !status(first).partOfQuorum());
    assertThatThrownBy(
            () -> members.get(other).changeMembers(new MemberChange.Add("127.0.0.9:1"), LIMIT))
        .isInstanceOfAny(RaftException.class, NotLeaderException.class);
  }

  /**
   * Scenario of replacing a node: an old list refuses the new one, a majority's list lets it in.
   */
  @Test
  void aNodeIsReplacedOnceAMajorityHasReadTheNewList() throws Exception {
    names.forEach(this::start);
    awaitLeader();
    String gone = names.get(2);
    String fresh = freeAddress("127.0.72.4");
    List<String> list = Stream.of(names.get(0), names.get(1), fresh).sorted().toList();
    stop(gone);
    start(fresh, list, false);
    await()
        .atMost(LIMIT)
        .until(() -> status(fresh).waitingFor().toString().contains("is not among the members"));

    restart(names.get(0), list);
    await()
        .during(Duration.ofSeconds(2))
        .atMost(LIMIT)
        .until(() -> !voters(names.get(1)).contains(fresh));
    restart(names.get(1), list);
    await().atMost(LIMIT).until(() -> list.stream().allMatch(name -> voters(name).equals(list)));
    assertThat(propose(awaitLeaderOf(list), "after")).isEqualTo("applied after");

    // The old list, started once more, is a list that was read before the new one: a request of
    // one member only. And a list that has not changed since asks for nothing.
    restart(names.get(0), names);
    restart(names.get(1), list);
    await()
        .during(Duration.ofSeconds(3))
        .atMost(LIMIT)
        .until(() -> awaitLeaderOf(list) != null && voters(names.get(1)).equals(list));
  }

  @Test
  void aMemberIsLetInByCommandAndAnOldListUndoesNothing() throws Exception {
    names.forEach(this::start);
    String leader = awaitLeader();
    String fresh = freeAddress("127.0.72.4");
    List<String> four = Stream.concat(names.stream(), Stream.of(fresh)).sorted().toList();
    start(fresh, four, false);
    await()
        .atMost(LIMIT)
        .until(() -> status(fresh).waitingFor().toString().contains("raft-add-peer"));
    members.get(leader).changeMembers(new MemberChange.Add(fresh), LIMIT);
    await().atMost(LIMIT).until(() -> voters(fresh).equals(four));

    for (String name : names) {
      restart(name, names);
    }
    await()
        .during(Duration.ofSeconds(3))
        .atMost(LIMIT)
        .until(() -> awaitLeaderOf(four) != null && voters(fresh).equals(four));
    String now = awaitLeader();
    assertThatThrownBy(
            () -> members.get(now).changeMembers(new MemberChange.Add("127.0.72.9:1"), LIMIT))
        .isInstanceOf(RaftException.class)
        .hasMessageContaining("127.0.72.9:1 cannot be reached");
  }

  private List<String> voters(String name) {
    return status(name).voters();
  }

  private void restart(String name, List<String> list) {
    stop(name);
    start(name, list, false);
  }

  @Test
  void memberOfAnotherClusterIsRefused() throws Exception {
    names.forEach(this::start);
    String leader = awaitLeader();
    propose(leader, "a");
    awaitAllApplied("a");
    String stranger = others(leader).getFirst();
    stop(stranger);

    // The same name and folder place, but a group of its own under another configuration.
    wipe(stranger);
    journals.remove(stranger);
    start(stranger, List.of(stranger), false);
    await().atMost(LIMIT).until(() -> status(stranger).leaderReady());
    stop(stranger);
    start(stranger);
    await()
        .during(Duration.ofMillis(500))
        .atMost(LIMIT)
        .until(() -> status(stranger).lastIndex() < status(leader).lastIndex());
    assertThat(status(leader).clusterId()).isNotEqualTo(status(stranger).clusterId());
    assertThat(propose(leader, "b")).isEqualTo("applied b");
    assertThat(journals.get(stranger).commands).isEmpty();
  }

  @Test
  void explicitBootstrapFormsTheGroupWithThoseThatAreThere() throws Exception {
    start(names.get(1), names, true);
    await().atMost(LIMIT).until(() -> status(names.get(1)).leaderReady());
    assertThat(status(names.get(1)).voters()).containsExactly(names.get(1));
  }

  @Test
  void singleMemberFormsItsOwnGroup() throws Exception {
    String only = names.getFirst();
    start(only, List.of(only), false);
    assertThat(awaitLeaderOf(List.of(only))).isEqualTo(only);
    assertThat(propose(only, "a")).isEqualTo("applied a");
    assertThat(members.get(only).leaderCheck()).isTrue();
  }

  private void start(String name) {
    start(name, names, false);
  }

  private void start(String name, List<String> configured, boolean bootstrap) {
    Journal journal = journals.computeIfAbsent(name, _ -> new Journal());
    RocksLogStorage storage = RocksLogStorage.open(folder(name));
    members.put(name, RaftGroup.start(config(name, configured, bootstrap), storage, journal));
  }

  private RaftConfig config(String name, List<String> configured, boolean bootstrap) {
    return new RaftConfig(
        name,
        name,
        configured,
        bootstrap,
        RaftTimings.DEFAULT,
        RaftLimits.DEFAULT,
        LinkOptions.PLAIN,
        Optional.of(folder(name)),
        (what, cause) -> fatal.add(what + ": " + cause),
        CompactionPolicy.DEFAULT);
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

  private void wipe(String name) throws IOException {
    try (Stream<Path> paths = Files.walk(folder(name))) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    journals.remove(name);
  }

  private RaftStatus status(String name) {
    return members.get(name).status();
  }

  private List<String> others(String name) {
    return names.stream().filter(other -> !other.equals(name)).toList();
  }

  private String awaitLeader() {
    return awaitLeaderOf(List.copyOf(members.keySet()));
  }

  private String awaitLeaderOf(List<String> candidates) {
    return await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> candidates.stream().filter(name -> status(name).leaderReady()).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private String propose(String name, String command) throws Exception {
    return members.get(name).propose(command.getBytes(UTF_8)).get(10, TimeUnit.SECONDS);
  }

  private void awaitAllApplied(String... commands) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                members
                    .keySet()
                    .forEach(
                        name -> assertThat(journals.get(name).commands).containsExactly(commands)));
  }

  private static String freeAddress(String host) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return host + ":" + socket.getLocalPort();
    }
  }
}
