package dev.orchestrator.raft.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.Ready.Write;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogWriterTest {
  @Test
  void mergesWritesIntoOneWithTheSameEffect() {
    Write merged =
        LogWriter.merge(
            List.of(
                new Write(4, new HardState(2, null), null, 0, List.of(noOp(2, 5), noOp(2, 6))),
                new Write(5, null, null, 0, List.of(noOp(2, 7))),
                new Write(6, new HardState(3, null), null, 6, List.of(noOp(3, 6))),
                new Write(7, null, null, 0, List.of(noOp(3, 7)))));
    assertThat(merged)
        .isEqualTo(
            new Write(
                7, new HardState(3, null), null, 6, List.of(noOp(2, 5), noOp(3, 6), noOp(3, 7))));
  }

  @Test
  void keepsTheDeepestCut() {
    Write merged =
        LogWriter.merge(
            List.of(
                new Write(1, null, null, 3, List.of(noOp(4, 3))),
                new Write(2, null, null, 2, List.of(noOp(5, 2), noOp(5, 3)))));
    assertThat(merged).isEqualTo(new Write(2, null, null, 2, List.of(noOp(5, 2), noOp(5, 3))));
  }

  private static LogEntry noOp(long term, long index) {
    return new LogEntry.NoOp(new LogId(term, index));
  }
}
