package dev.orchestrator.raft.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.net.FrameLimits;
import dev.orchestrator.raft.port.LogStorage;
import dev.orchestrator.raft.port.SnapshotStorage;
import dev.orchestrator.raft.port.StateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One member alone, with a disk and a state machine that fail on demand. */
class RaftGroupTest {
  private static final String NAME = "127.0.0.1:10008";

  private static final class FailingDisk implements LogStorage {
    final List<LogEntry> entries = new ArrayList<>();
    volatile boolean fails;
    volatile boolean closed;

    @Override
    public long incarnation() {
      return 7;
    }

    @Override
    public LastIncluded lastIncluded() {
      return LastIncluded.NOTHING;
    }

    @Override
    public void cut(@Nullable HardState hardState, LastIncluded lastIncluded) {
      throw new IllegalStateException("cuts nothing");
    }

    @Override
    public SnapshotStorage snapshots() {
      return new NoSnapshots();
    }

    @Override
    public HardState load(Consumer<LogEntry> eachEntry) {
      return HardState.INITIAL;
    }

    @Override
    public void persist(@Nullable HardState hardState, long truncateFrom, List<LogEntry> added) {
      if (fails) {
        throw new IllegalStateException("input/output error");
      }
      entries.addAll(added);
    }

    @Override
    public List<LogEntry> read(long fromIndex, long toIndex, int maxBytes) {
      return entries.subList((int) fromIndex - 1, (int) toIndex);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static final class FailingState implements StateMachine<Integer> {
    @Override
    public LogId applied() {
      return LogId.ZERO;
    }

    @Override
    public Integer apply(LogId id, byte[] command) {
      if (command.length == 0) {
        throw new IllegalStateException("unknown command");
      }
      return command.length;
    }

    @Override
    public void advance(LogId id) {}
  }

  private final FailingDisk disk = new FailingDisk();
  private final List<String> fatal = new CopyOnWriteArrayList<>();

  @Test
  void answersProposalsAndTellsListeners() throws Exception {
    List<RaftStatus> seen = new CopyOnWriteArrayList<>();
    try (RaftGroup<Integer> member = start()) {
      member.onChange(seen::add);
      await().until(member::leaderCheck);
      assertThat(member.propose(new byte[3]).get(5, TimeUnit.SECONDS)).isEqualTo(3);
      await().until(() -> seen.stream().anyMatch(RaftStatus::leaderReady));
      assertThatThrownBy(() -> member.propose(new byte[FrameLimits.MAX_COMMAND_BYTES + 1]))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(disk.closed).isTrue();
    assertThat(fatal).isEmpty();
    assertThat(seen.getLast().leaderReady()).isFalse();
  }

  @Test
  void failedWriteIsFatalAndEndsAllPromises() {
    try (RaftGroup<Integer> member = start()) {
      await().until(member::leaderCheck);
      disk.fails = true;
      CompletableFuture<Integer> proposal = member.propose(new byte[1]);
      assertThatThrownBy(() -> proposal.get(5, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              ProposalException.class,
              e -> assertThat(e.kind()).isEqualTo(ProposalException.Kind.UNKNOWN));
      assertStopped(member);
      assertThat(fatal).containsExactly("cannot write the Raft log");
    }
  }

  @Test
  void failedApplyIsFatal() {
    try (RaftGroup<Integer> member = start()) {
      await().until(member::leaderCheck);
      assertThatThrownBy(() -> member.propose(new byte[0]).get(5, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
      assertStopped(member);
      assertThat(fatal).singleElement().asString().startsWith("cannot apply the entry behind");
    }
  }

  private void assertStopped(RaftGroup<Integer> member) {
    await().until(() -> !member.status().votes());
    await().until(() -> !fatal.isEmpty());
    assertThat(member.leaderCheck()).isFalse();
    assertThat(member.status().leader()).isEmpty();
    assertThatThrownBy(() -> member.propose(new byte[1]).get(5, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            ProposalException.class,
            e -> assertThat(e.kind()).isEqualTo(ProposalException.Kind.NOT_LEADER));
  }

  private RaftGroup<Integer> start() {
    RaftConfig config =
        new RaftConfig(NAME, "127.0.0.1:0", List.of(NAME), (what, _) -> fatal.add(what));
    return RaftGroup.start(config, disk, new FailingState());
  }
}
