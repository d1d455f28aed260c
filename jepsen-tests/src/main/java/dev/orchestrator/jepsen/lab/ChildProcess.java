package dev.orchestrator.jepsen.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process of ours with its output in a file. Thread-safe. */
public final class ChildProcess {
  private static final int TAIL_LINES = 25;

  private final String name;
  private final Path log;
  private final Process process;

  private ChildProcess(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /**
   * Starts a process; its output is appended to the log file.
   *
   * <p>It gets a session of its own, so that Ctrl-C in the terminal reaches this program alone,
   * which then takes the process down itself.
   *
   * @param environment added to this process's own
   */
  public static ChildProcess start(
      String name, Path log, Map<String, String> environment, List<String> command) {
    var own = new ArrayList<>(List.of("setsid"));
    own.addAll(command);
    var builder = new ProcessBuilder(own);
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      return new ChildProcess(name, log, builder.start());
    } catch (IOException e) {
      throw new LabException("cannot start " + name + ": " + command.getFirst(), e);
    }
  }

  /** Fails with a clear message if something listens on the address or could not be bound. */
  public static void requireFree(String host, int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getByName(host))) {
      if (!socket.isBound()) {
        throw new LabException("cannot bind " + host + ":" + port);
      }
    } catch (IOException e) {
      throw new LabException(
          "%s:%d is in use or not ours to bind (%s); end what listens there: ss -ltnp 'sport = :%d'"
              .formatted(host, port, e.getMessage(), port),
          e);
    }
  }

  /** The process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Kills it with SIGKILL; returns at once, the kernel may still be at it. */
  public void kill9() {
    process.destroyForcibly();
  }

  /** Sends a signal, for example STOP or CONT. */
  public void signal(String name) {
    Shell.run("kill", "-" + name, Long.toString(pid()));
  }

  /** Waits for its end; gives the exit status. */
  public int awaitEnd(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw complaint("did not end within " + limit.toSeconds() + " s");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while " + name + " was ending", e);
    }
  }

  /** Kills it with SIGKILL and waits until it is gone. */
  public void destroy(Duration limit) {
    process.destroyForcibly();
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new LabException(name + " (pid " + pid() + ") does not die");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while " + name + " was dying", e);
    }
  }

  /** The failure to report if this process ended or stayed silent: what it last said. */
  public LabException complaint(String problem) {
    String state = isAlive() ? "still runs" : "ended with code " + process.exitValue();
    return new LabException(
        "%s %s (it %s); its log %s ends with:%n%s".formatted(name, problem, state, log, tail()));
  }

  private String tail() {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException e) {
      return "(unreadable: " + e.getMessage() + ")";
    }
  }
}
