package dev.orchestrator.jepsen.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Short commands of the operating system. Stateless. */
public final class Shell {
  private static final int LIMIT_SECONDS = 20;

  private Shell() {}

  /**
   * Runs a command to its end.
   *
   * @throws LabException if it failed or took too long
   */
  public static void run(String... command) {
    if (!succeeds(command)) {
      throw new LabException("failed: " + String.join(" ", command));
    }
  }

  /** Runs a command to its end; says whether it ended well. What it prints is dropped. */
  public static boolean succeeds(String... command) {
    try {
      Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
      try (var output = process.getInputStream()) {
        new String(output.readAllBytes(), StandardCharsets.UTF_8);
      }
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      throw new LabException("cannot run " + command[0], e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
