package dev.orchestrator.store.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.RandomCommands;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.sql.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

class ApplyPropertyTest {
  private static final int ENTRIES = 500;

  private Path folder;

  @BeforeTry
  void createFolder() throws IOException {
    folder = Files.createTempDirectory("apply");
  }

  @AfterTry
  void deleteFolder() throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path path : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  /**
   * The same log makes the same rows and the same answers, whatever else a node has seen, and one
   * by one as in groups of any size.
   */
  @Property(tries = 6)
  void applyIsAFunctionOfRowsAndCommand(@ForAll long seed) throws SQLException {
    List<byte[]> log = log(seed);
    Path one = folder.resolve("one");
    Path other = folder.resolve("other");
    List<CommandResult> answers;
    try (Database database = Database.sqlite(one)) {
      answers = apply(database, log, 1, log.size());
    }
    try (Database database = Database.sqlite(other)) {
      database.instances().save(List.of(Instance.known(Fixture.DB1)));
      database.probe();
      assertThat(applyTogether(database, log, 1, log.size(), new Random(seed))).isEqualTo(answers);
    }
    assertThat(Dump.of(other)).isEqualTo(Dump.of(one));
    assertThat(answers.stream().map(CommandResult::accepted).collect(Collectors.toSet()))
        .as("a log that only accepts or only refuses proves little")
        .hasSize(2);
  }

  /** Deaths at any moment, and entries that come again after them, leave no trace in the rows. */
  @Property(tries = 4)
  void deathsAndReplaysLeaveNoTrace(@ForAll long seed) throws SQLException, IOException {
    List<byte[]> log = log(seed);
    Random random = new Random(seed);
    Path undisturbed = folder.resolve("undisturbed");
    try (Database database = Database.sqlite(undisturbed)) {
      apply(database, log, 1, log.size());
    }
    Path file = folder.resolve("life-0");
    long applied = 0;
    for (int life = 1; applied < log.size(); life++) {
      Path source = file;
      Path next = folder.resolve("life-" + life);
      try (Database database = Database.sqlite(file)) {
        assertThat(database.applied().id().index()).isEqualTo(applied);
        long from = Math.max(1, applied - random.nextInt(20)); // a leader may send these again
        applied = Math.min(log.size(), applied + random.nextInt(1, 200));
        applyTogether(database, log, from, applied, random);
        database.apply(
            tx -> {
              database.seeds().put(tx, Fixture.DB3); // under way when death comes
              database.settings().enableRecoveries(tx, false);
              return copy(source, next);
            });
      }
      file = next;
    }
    try (Database database = Database.sqlite(file)) {
      assertThat(database.applied().id().index()).isEqualTo(log.size());
    }
    assertThat(Dump.of(file)).isEqualTo(Dump.of(undisturbed));
  }

  /** What a kill would leave on disk at this moment: the file and its write-ahead log. */
  private static Path copy(Path from, Path to) {
    try {
      Files.copy(from, to);
      Files.copy(Path.of(from + "-wal"), Path.of(to + "-wal"));
      return to;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<byte[]> log(long seed) {
    RandomCommands commands = new RandomCommands(seed);
    Random random = new Random(seed);
    List<byte[]> log = new ArrayList<>();
    long stamp = 0;
    for (int i = 0; i < ENTRIES; i++) {
      stamp += random.nextInt(-1, 500);
      log.add(CommandCodec.encode(commands.next(), stamp));
    }
    return log;
  }

  private static List<CommandResult> apply(
      Database database, List<byte[]> log, long from, long to) {
    SqlStateMachine machine = new SqlStateMachine(database);
    List<CommandResult> answers = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      answers.add(machine.apply(new LogId(1, index), log.get((int) index - 1)));
    }
    return answers;
  }

  private static List<CommandResult> applyTogether(
      Database database, List<byte[]> log, long from, long to, Random random) {
    SqlStateMachine machine = new SqlStateMachine(database);
    List<CommandResult> answers = new ArrayList<>();
    List<LogEntry.Command> together = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      together.add(new LogEntry.Command(new LogId(1, index), log.get((int) index - 1)));
      if (index == to || random.nextInt(20) == 0) {
        answers.addAll(machine.applyAll(together));
        together.clear();
      }
    }
    return answers;
  }
}
