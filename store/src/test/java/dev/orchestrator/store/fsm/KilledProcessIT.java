package dev.orchestrator.store.fsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.RandomCommands;
import dev.orchestrator.store.lab.KilledProcess;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.sql.Database;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process with the database open, killed without warning. */
class KilledProcessIT {
  private static final long SEED = 42;
  private static final int KILLS = 2;

  @TempDir Path folder;

  /** Another backend keeps the same contract: its test overrides this. */
  TestBackend backend() {
    return TestBackend.sqlite(folder);
  }

  /** How the message names a database that another process has open. */
  String inUse(String name) {
    return folder.resolve(name) + " is in use by another node";
  }

  @Test
  void whatAKilledProcessSaidItAppliedIsThereAndNothingIsHalfDone() throws Exception {
    TestBackend backend = backend();
    long said = 0;
    for (int i = 0; i < KILLS; i++) {
      said = applyUntilKilled(backend.address("killed"), said + 50);
      try (Database database = backend.open("killed")) {
        assertThat(database.applied().id().index()).isGreaterThanOrEqualTo(said);
        said = database.applied().id().index();
      }
    }
    try (Database database = backend.open("undisturbed")) {
      applyFrom(database, 1, said);
    }
    assertThat(Dump.of(backend, "killed")).isEqualTo(Dump.of(backend, "undisturbed"));
  }

  @Test
  void aSecondProcessIsRefusedAndTheKilledOnesDatabaseIsFree() throws Exception {
    TestBackend backend = backend();
    Process other = start(backend.address("shared"));
    try (BufferedReader output = other.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isNotNull();
      assertThatThrownBy(() -> backend.open("shared")).hasMessageContaining(inUse("shared"));
    } finally {
      kill(other);
    }
    await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> backend.open("shared").close());
  }

  /**
   * Starts a process, kills it once it has said that it applied the index, returns what it said.
   */
  private static long applyUntilKilled(String address, long enough) throws Exception {
    Process process = start(address);
    long said = 0;
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      String line = output.readLine();
      while (line != null && said < enough) {
        said = line.matches("\\d+") ? Long.parseLong(line) : said; // the log speaks too
        line = output.readLine();
      }
    } finally {
      kill(process);
    }
    assertThat(said).isGreaterThanOrEqualTo(enough);
    return said;
  }

  private static Process start(String address) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        List.of(
            java,
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            Applier.class.getName(),
            address);
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  private static void applyFrom(Database database, long from, long to) {
    RandomCommands commands = new RandomCommands(SEED);
    SqlStateMachine machine = new SqlStateMachine(database);
    for (long index = 1; index <= to; index++) {
      byte[] entry = CommandCodec.encode(commands.next(), index * 100);
      if (index >= from) {
        machine.apply(new LogId(1, index), entry);
      }
    }
  }

  /** The process to be killed: applies entries without end and says each index once it is done. */
  static final class Applier {
    private Applier() {}

    public static void main(String[] arguments) {
      try (Database database = KilledProcess.open(arguments[0])) {
        RandomCommands commands = new RandomCommands(SEED);
        SqlStateMachine machine = new SqlStateMachine(database);
        for (long index = 1; index < Long.MAX_VALUE; index++) {
          byte[] entry = CommandCodec.encode(commands.next(), index * 100);
          machine.apply(new LogId(1, index), entry); // those applied in a former life are no-ops
          System.out.println(index);
          if (System.out.checkError()) {
            return; // nobody listens any more: the test is gone
          }
        }
      }
    }
  }
}
