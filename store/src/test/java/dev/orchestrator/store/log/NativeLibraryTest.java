package dev.orchestrator.store.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NativeLibraryTest {
  @TempDir Path folder;

  @Test
  void startsAndDeathsLeaveOneFile() throws Exception {
    for (int start = 0; start < 3; start++) {
      openAndDie();
    }
    assertThat(files("tmp")).isEmpty();
    assertThat(files("log/native")).hasSize(1);
    Path library = files("log/native").getFirst();
    long first = Files.getLastModifiedTime(library).toMillis();
    openAndDie();
    assertThat(Files.getLastModifiedTime(library).toMillis()).isEqualTo(first);
  }

  /** Of another version, or cut off by the death of the machine. */
  @Test
  void fileThatIsNotThisVersionsIsReplaced() throws Exception {
    openAndDie();
    Path library = files("log/native").getFirst();
    long size = Files.size(library);
    Files.write(library, new byte[1_000]);
    Files.write(library.resolveSibling(library.getFileName() + ".part"), new byte[1_000]);
    openAndDie();
    assertThat(files("log/native")).containsExactly(library);
    assertThat(Files.size(library)).isEqualTo(size);
  }

  private void openAndDie() throws IOException, InterruptedException {
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx64m",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Opened.class.getName(),
                folder.resolve("log").toString())
            .redirectError(folder.resolve("errors").toFile())
            .start();
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      String line = lines.readLine();
      while (line != null && !line.equals("open")) {
        line = lines.readLine(); // what it logs
      }
      assertThat(line).as(() -> errors()).isEqualTo("open");
    } finally {
      process.toHandle().destroyForcibly(); // kill -9
      process.waitFor();
    }
  }

  private String errors() {
    try {
      return Files.readString(folder.resolve("errors"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private List<Path> files(String name) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(name))) {
      return files.toList();
    }
  }

  /** Opens a log and waits for its death. */
  static final class Opened {
    private Opened() {}

    public static void main(String[] arguments) throws InterruptedException {
      try (RocksLogStorage log = RocksLogStorage.open(Path.of(arguments[0]))) {
        log.load(_ -> {});
        System.out.println("open");
        System.out.flush();
        Thread.currentThread().join();
      }
    }
  }
}
