package dev.orchestrator.raft.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.raft.core.RaftLimits;
import dev.orchestrator.raft.core.RaftLog;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.RaftTimings;
import dev.orchestrator.raft.core.SnapshotInfo;
import dev.orchestrator.raft.port.StateMachine;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** When the log is cut, and that the state is safe before anything it came from is given up. */
class CompactorTest {
  private static final MemberId A = new MemberId("a", 1);
  private static final Membership ALONE = new Membership("c", List.of(A));

  /** Notes what was done to it. */
  private static final class Noting implements StateMachine<Integer> {
    final List<String> done = new CopyOnWriteArrayList<>();

    @Override
    public LogId applied() {
      return new LogId(1, 300);
    }

    @Override
    public Integer apply(LogId id, byte[] command) {
      return 0;
    }

    @Override
    public void advance(LogId id) {}

    @Override
    public LogId sync() {
      done.add("sync");
      return new LogId(1, 280);
    }

    @Override
    public void restore(LogId id, InputStream image) {
      done.add("restore");
    }
  }

  private final Noting state = new Noting();
  private final ApplyLoop<Integer> apply =
      new ApplyLoop<>(
          state, new OneSnapshot(), 300, new PendingProposals<>(), () -> {}, (_, _) -> {});
  private final RaftNode node = node();

  @Test
  void theStateIsSafeBeforeTheLogIsCut() {
    Compactor compactor =
        new Compactor(new CompactionPolicy(100, 1 << 30, 3_600_000, 50, 1 << 30), 0);
    compactor.turn(node, apply, false, 1_000);
    assertThat(node.log().firstIndex()).isEqualTo(1);
    runApply();
    Awaitility.await()
        .atMost(30, TimeUnit.SECONDS)
        .until(
            () -> {
              compactor.turn(node, apply, false, 1_000);
              return node.log().firstIndex() > 1;
            });
    assertThat(state.done).containsExactly("sync");
    assertThat(node.log().firstIndex()).isEqualTo(280 - 50 + 1); // as far as it is safe
    apply.stop();
  }

  @Test
  void aCutThatIsAskedForComesAtOnceAndLeavesTheReserve() {
    Compactor compactor =
        new Compactor(new CompactionPolicy(5_000, 1 << 30, 3_600_000, 50, 1 << 30), 0);
    CompletableFuture<Long> cut = new CompletableFuture<>();
    compactor.ask(cut);
    runApply();
    Awaitility.await()
        .atMost(30, TimeUnit.SECONDS)
        .until(
            () -> {
              compactor.turn(node, apply, false, 10);
              return cut.isDone();
            });
    assertThat(cut).isCompletedWithValue(280L - 50 + 1);
    assertThat(state.done).containsExactly("sync");
    apply.stop();
  }

  @Test
  void nothingIsCutWhileAnImageIsOnItsWayOut() {
    Compactor compactor = new Compactor(new CompactionPolicy(1, 1, 1, 0, 0), 0);
    compactor.turn(node, apply, true, 1_000);
    runApply();
    compactor.turn(node, apply, true, 2_000);
    assertThat(state.done).isEmpty();
    apply.stop();
  }

  @Test
  void bytesAndTimeAreReasonsToo() {
    CompactionPolicy bytes = new CompactionPolicy(1_000, 4 << 10, 3_600_000, 100, 1 << 30);
    CompactionPolicy time = new CompactionPolicy(1_000, 1 << 30, 5_000, 100, 1 << 30);
    assertThat(isAsked(new CompactionPolicy(1_000, 1 << 30, 3_600_000, 100, 1 << 30), 60_000))
        .isFalse();
    assertThat(isAsked(new CompactionPolicy(1_000, 4 << 10, 3_600_000, 100, 20 << 10), 1_000))
        .isTrue();
    assertThat(bytes.keepEntries()).isEqualTo(100);
    assertThat(isAsked(time, 4_000)).isFalse();
    assertThat(isAsked(time, 5_000)).isTrue();
  }

  /** Rule T2: the log that led to the former state goes only once the new one is safe. */
  @Test
  void anInstalledStateIsSafeBeforeTheNodeIsTold() {
    SnapshotInfo snapshot =
        new SnapshotInfo(new LastIncluded(new LogId(2, 900), Optional.of(ALONE)), 3, "x");
    assertThat(apply.install(snapshot)).isTrue();
    runApply();
    Input.SnapshotInstalled told =
        Awaitility.await().atMost(30, TimeUnit.SECONDS).until(apply::takeInstalled, i -> i != null);
    assertThat(told).isEqualTo(new Input.SnapshotInstalled(snapshot, true));
    assertThat(state.done).containsExactly("restore", "sync");
    assertThat(apply.appliedIndex()).isEqualTo(900);
    apply.stop();
  }

  /** Rule T2: what was safe in the former state is no more, if the image is older. */
  @Test
  void aStateTakenBackTakesBackWhatIsSafe() {
    SnapshotInfo older =
        new SnapshotInfo(new LastIncluded(new LogId(1, 200), Optional.of(ALONE)), 3, "x");
    assertThat(apply.requestSync()).isTrue();
    assertThat(apply.install(older)).isTrue();
    runApply();
    Awaitility.await().atMost(30, TimeUnit.SECONDS).until(apply::takeInstalled, i -> i != null);
    assertThat(apply.takeSyncedIndex()).isEqualTo(200);
    assertThat(apply.appliedIndex()).isEqualTo(200);
    apply.stop();
  }

  /** Whether the state would be synced now, so as to cut the log. */
  private boolean isAsked(CompactionPolicy policy, long afterMillis) {
    ApplyLoop<Integer> idle =
        new ApplyLoop<>(
            state, new OneSnapshot(), 300, new PendingProposals<>(), () -> {}, (_, _) -> {});
    new Compactor(policy, 0).turn(node, idle, false, afterMillis);
    for (int i = 0; i < 15; i++) {
      idle.hand(List.of());
    }
    return !idle.hasRoom(); // one more than was handed in here
  }

  private void runApply() {
    Thread.ofPlatform().daemon().name("test-apply").start(apply);
  }

  /** With 300 entries of about 100 bytes, all applied. */
  private static RaftNode node() {
    List<LogEntry> entries = new ArrayList<>();
    entries.add(new LogEntry.MembershipChange(new LogId(1, 1), ALONE));
    for (int index = 2; index <= 300; index++) {
      entries.add(new LogEntry.Command(new LogId(1, index), new byte[70]));
    }
    RaftLog log = new RaftLog((from, to, _) -> entries.subList((int) from - 1, (int) to), 1 << 20);
    entries.forEach(log::restore);
    return new RaftNode(
        A,
        RaftTimings.DEFAULT,
        RaftLimits.DEFAULT,
        new HardState(1, null),
        log,
        new LogId(1, 300),
        0,
        1);
  }
}
