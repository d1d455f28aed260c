package dev.orchestrator.store.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Java program of the tests in a process of its own, with a temporary folder of its own. */
public final class OtherProcess {
  private final Process process;

  private OtherProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts the main class.
   *
   * @param temporary name of the folder in {@code work} for temporary files
   */
  public static OtherProcess start(
      Class<?> main, Path work, String temporary, List<String> arguments) throws IOException {
    Path folder = Files.createDirectories(work.resolve(temporary));
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx64m",
            "-XX:-UsePerfData",
            "-Djava.io.tmpdir=" + folder,
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(arguments);
    return new OtherProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Kills the process (kill -9) once it has said this line; returns what it said until then. */
  public String killWhenItSays(String word) throws IOException, InterruptedException {
    StringBuilder said = new StringBuilder();
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      String line = lines.readLine();
      while (line != null && !line.equals(word)) {
        said.append(line).append('\n');
        line = lines.readLine();
      }
      assertThat(line).as(said::toString).isEqualTo(word);
    } finally {
      process.toHandle().destroyForcibly();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    return said.toString();
  }

  /** What the process says until it ends by itself. */
  public String untilItsEnd() throws IOException, InterruptedException {
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      return String.join("\n", lines.lines().toList());
    } finally {
      process.toHandle().destroyForcibly();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
