package dev.orchestrator.store.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.RandomCommands;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.sql.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One node on SQLite and one on MySQL end with the same rows and gave the same answers. */
class BackendsAgreeIT {
  private static final int ENTRIES = 600;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"8.0, 1", "8.0, 20", "5.6, 300", "mariadb-10.11, 4000"})
  void theSameLogMakesTheSameRows(String edition, long seed) throws Exception {
    TestBackend sqlite = TestBackend.sqlite(folder);
    TestBackend mysql = TestBackend.mysql(edition);
    assertThat(apply(mysql, seed, 7)).isEqualTo(apply(sqlite, seed, 1));
    assertThat(Dump.of(mysql, "db")).isEqualTo(Dump.of(sqlite, "db"));
    assertThat(image(mysql)).isEqualTo(image(sqlite));
  }

  private static byte[] image(TestBackend backend) throws IOException {
    try (Database database = backend.open("db")) {
      return SnapshotTest.bytes(new SqlStateMachine(database));
    }
  }

  private static List<CommandResult> apply(TestBackend backend, long seed, int together) {
    RandomCommands commands = new RandomCommands(seed);
    List<CommandResult> answers = new ArrayList<>();
    List<LogEntry.Command> group = new ArrayList<>();
    try (Database database = backend.open("db")) {
      SqlStateMachine machine = new SqlStateMachine(database);
      for (long index = 1; index <= ENTRIES; index++) {
        byte[] command = CommandCodec.encode(commands.next(), index * 100);
        group.add(new LogEntry.Command(new LogId(1, index), command));
        if (group.size() == together || index == ENTRIES) {
          answers.addAll(machine.applyAll(group));
          group.clear();
        }
      }
    }
    return answers;
  }
}
