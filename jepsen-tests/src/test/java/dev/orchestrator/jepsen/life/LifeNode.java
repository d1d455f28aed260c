package dev.orchestrator.jepsen.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.jepsen.lab.NodeApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** One real process with a configuration of the test's own. Confined to the test's thread. */
final class LifeNode implements AutoCloseable {
  static final Path LAUNCHER = Path.of("..", "bin", "orchestrator").toAbsolutePath().normalize();
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration PATIENT = Duration.ofSeconds(15);

  final String host;
  final Path folder;
  final Map<String, Object> config = new LinkedHashMap<>();
  final List<String> prefix = new ArrayList<>();
  private final NodeApi api;
  private @Nullable Process process;

  /** A node alone, with SQLite in its folder. */
  LifeNode(Path parent, String host) {
    this.host = host;
    this.folder = parent.resolve(host);
    this.api = new NodeApi(host, 3000);
    config.put("Debug", true);
    config.put("ListenAddress", host + ":3000");
    config.put("BackendDB", "sqlite");
    config.put("SQLite3DataFile", folder.resolve("db/orchestrator.db").toString());
    try {
      Files.createDirectories(folder.resolve("db"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes it a member of a group. */
  LifeNode memberOf(List<String> hosts) {
    config.put("RaftEnabled", true);
    config.put("RaftDataDir", folder.resolve("raft").toString());
    config.put("RaftBind", host);
    config.put("RaftNodes", hosts);
    return this;
  }

  Path configFile() {
    return folder.resolve("orchestrator.conf.json");
  }

  Path log() {
    return folder.resolve("orchestrator.log");
  }

  void writeConfig() {
    try {
      Files.writeString(configFile(), JsonMapper.shared().writeValueAsString(config));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the configuration and starts the service. */
  LifeNode start() {
    writeConfig();
    process = launch("http");
    return this;
  }

  private Process launch(String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    // Whoever runs the tests under nohup hands an ignored SIGHUP on, which a JVM leaves ignored.
    command.addAll(List.of("env", "--default-signal=HUP"));
    command.addAll(List.of(LAUNCHER.toString(), "--config=" + configFile()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    builder.environment().put("ORCHESTRATOR_NO_BUILD", "yes");
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Process process() {
    Process now = process;
    if (now == null) {
      throw new IllegalStateException(host + " was never started");
    }
    return now;
  }

  /** Sends a signal, for example {@code HUP}. */
  void signal(String name) {
    run(SHORT.multipliedBy(10), "kill", "-" + name, Long.toString(process().pid()));
  }

  /** Ends it like a power cut of the process, by SIGKILL. */
  void kill() {
    process().destroyForcibly();
    var _ = awaitEnd(SHORT.multipliedBy(20));
  }

  /** Waits for the end; gives the exit status. */
  int awaitEnd(Duration limit) {
    try {
      assertThat(process().waitFor(limit.toMillis(), TimeUnit.MILLISECONDS))
          .as("%s ends within %s; log: %s", host, limit, logText())
          .isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return process().exitValue();
  }

  /** HTTP status of a path below /api/, 0 without an answer. */
  int status(String path) {
    return api.get(path, SHORT).map(NodeApi.Reply::status).orElse(0);
  }

  /** As {@link #status}, but with patience: for a machine that does many things at once. */
  int answer(String path) {
    return api.get(path, PATIENT).map(NodeApi.Reply::status).orElse(0);
  }

  NodeApi api() {
    return api;
  }

  boolean leads() {
    return status("leader-check") == 200;
  }

  boolean isHealthy() {
    return status("raft-health") == 200;
  }

  String logText() {
    try {
      return Files.exists(log()) ? Files.readString(log()) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs something to its end. */
  record Ended(int status, String output) {}

  static Ended run(Duration limit, String... command) {
    try {
      Path output = Files.createTempFile("life", ".out");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("ORCHESTRATOR_NO_BUILD", "yes");
        Process process = builder.start();
        try {
          boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
          assertThat(ended).as("%s ends", List.of(command)).isTrue();
        } finally {
          process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(output));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    Process now = process;
    if (now != null) {
      now.destroyForcibly();
      now.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    }
  }

  @Override
  public String toString() {
    return host;
  }
}
