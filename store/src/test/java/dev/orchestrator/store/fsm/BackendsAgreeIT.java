package dev.orchestrator.store.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.RandomCommands;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.sql.Database;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One node on SQLite and one on MySQL end with the same rows and gave the same answers. */
class BackendsAgreeIT {
  private static final int ENTRIES = 1_000;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 20, 300})
  void theSameLogMakesTheSameRows(long seed) throws Exception {
    TestBackend sqlite = TestBackend.sqlite(folder);
    TestBackend mysql = TestBackend.mysql();
    assertThat(apply(mysql, seed)).isEqualTo(apply(sqlite, seed));
    assertThat(Dump.of(mysql, "db")).isEqualTo(Dump.of(sqlite, "db"));
  }

  private static List<CommandResult> apply(TestBackend backend, long seed) {
    RandomCommands commands = new RandomCommands(seed);
    List<CommandResult> answers = new ArrayList<>();
    try (Database database = backend.open("db")) {
      SqlStateMachine machine = new SqlStateMachine(database);
      for (long index = 1; index <= ENTRIES; index++) {
        answers.add(
            machine.apply(new LogId(1, index), CommandCodec.encode(commands.next(), index * 100)));
      }
    }
    return answers;
  }
}
