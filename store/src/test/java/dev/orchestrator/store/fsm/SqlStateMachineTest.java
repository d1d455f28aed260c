package dev.orchestrator.store.fsm;

import static dev.orchestrator.store.fsm.Fixture.DB1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.lab.TestBackend;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlStateMachineTest {
  @TempDir Path folder;

  /** Another backend keeps the same contract: its test overrides this. */
  TestBackend backend() {
    return TestBackend.sqlite(folder);
  }

  @Test
  void startsEmptyAndGoesOnBehindTheAppliedEntryAfterARestart() {
    try (Fixture fixture = new Fixture(backend(), "db")) {
      assertThat(fixture.machine.applied()).isEqualTo(LogId.ZERO);
      fixture.apply(new Command.Discover(DB1));
      fixture.machine.advance(new LogId(3, 2));
      assertThat(fixture.machine.sync()).isEqualTo(new LogId(3, 2));
    }
    try (Fixture fixture = new Fixture(backend(), "db")) {
      assertThat(fixture.machine.applied()).isEqualTo(new LogId(3, 2));
      assertThat(fixture.database.seeds().all()).containsExactly(DB1);
    }
  }

  @Test
  void aReplayedEntryChangesNothing() {
    try (Fixture fixture = new Fixture(backend(), "db")) {
      fixture.apply(new Command.Discover(DB1));
      byte[] forget = CommandCodec.encode(new Command.Forget(DB1), 5);
      assertThat(fixture.machine.apply(new LogId(1, 1), forget))
          .isEqualTo(new CommandResult(true, "replayed", 0));
      assertThat(fixture.database.seeds().all()).containsExactly(DB1);
      fixture.machine.advance(new LogId(1, 1));
      assertThat(fixture.machine.applied()).isEqualTo(new LogId(1, 1));
    }
  }

  @Test
  void aGapInTheLogIsFatalAndLeavesNoTrace() {
    try (Fixture fixture = new Fixture(backend(), "db")) {
      byte[] command = CommandCodec.encode(new Command.Discover(DB1), 5);
      assertThatThrownBy(() -> fixture.machine.apply(new LogId(1, 2), command))
          .hasMessageContaining("entry 1/2 cannot follow the applied entry 0/0");
      assertThatThrownBy(() -> fixture.machine.advance(new LogId(1, 2)))
          .isInstanceOf(IllegalStateException.class);
      fixture.machine.advance(new LogId(2, 1));
      assertThatThrownBy(() -> fixture.machine.apply(new LogId(1, 2), command))
          .hasMessageContaining("entry 1/2 cannot follow the applied entry 2/1");
      assertThat(fixture.database.seeds().all()).isEmpty();
    }
  }

  @Test
  void commandsAppliedTogetherStayOrGoTogether() {
    try (Fixture fixture = new Fixture(backend(), "db")) {
      LogEntry.Command discover = entry(1, new Command.Discover(DB1));
      LogEntry.Command gap = entry(3, new Command.Forget(DB1));
      assertThatThrownBy(() -> fixture.machine.applyAll(List.of(discover, gap)))
          .hasMessageContaining("entry 1/3 cannot follow the applied entry 1/1");
      assertThat(fixture.machine.applied()).isEqualTo(LogId.ZERO);
      assertThat(fixture.database.seeds().all()).isEmpty();

      LogEntry.Command forget = entry(2, new Command.Forget(DB1));
      assertThat(fixture.machine.applyAll(List.of(discover, forget))).hasSize(2);
      assertThat(fixture.machine.applied()).isEqualTo(new LogId(1, 2));
      assertThat(fixture.database.seeds().all()).isEmpty();
    }
  }

  /** The rows that are hashed are those at the check's own index. */
  @Test
  void aCheckSeesTheRowsAsTheyAreAtItsIndex() {
    try (Fixture fixture = new Fixture(backend(), "db")) {
      List<LogId> seen = new ArrayList<>();
      fixture.machine.onCheck(
          pinned -> {
            seen.add(fixture.machine.applied());
            pinned.close();
          });
      fixture.machine.applyAll(
          List.of(
              entry(1, new Command.Discover(DB1)),
              entry(2, new Command.CheckState()),
              entry(3, new Command.Forget(DB1))));
      assertThat(seen).containsExactly(new LogId(1, 2));
    }
  }

  private static LogEntry.Command entry(long index, Command command) {
    return new LogEntry.Command(new LogId(1, index), CommandCodec.encode(command, index));
  }

  @Test
  void stampsOnlyEverGrow() {
    try (Fixture fixture = new Fixture(backend(), "db")) {
      fixture.now = Instant.ofEpochMilli(50_000);
      fixture.apply(new Command.Discover(DB1));
      assertThat(fixture.machine.lastStampEpochMillis()).isEqualTo(50_000);
      fixture.now = Instant.ofEpochMilli(20_000);
      fixture.apply(Fixture.detection(DB1, true));
      assertThat(fixture.machine.lastStampEpochMillis()).isEqualTo(50_001);
      assertThat(fixture.database.detections().byId(1).orElseThrow().detectedAt())
          .isEqualTo(Instant.ofEpochMilli(50_001));
    }
  }

  @Test
  void anUnreadableEntryIsFatalAndNotPassed() {
    try (Fixture fixture = new Fixture(backend(), "db")) {
      assertThatThrownBy(() -> fixture.machine.apply(new LogId(1, 1), new byte[] {1, 2, 3}))
          .hasMessageContaining("not a command");
      assertThat(fixture.machine.applied()).isEqualTo(LogId.ZERO);
    }
  }
}
