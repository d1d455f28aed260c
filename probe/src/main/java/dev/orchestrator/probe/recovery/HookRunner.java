package dev.orchestrator.probe.recovery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs hooks, each in a process group of its own that ends with its deadline, with the leadership,
 * or with this process, whichever comes first (rule A6). Thread-safe.
 */
final class HookRunner {
  private static final Logger LOG = LoggerFactory.getLogger(HookRunner.class);
  private static final int MAX_OUTPUT_BYTES = 16_384;
  private static final int MAX_DETAIL = 1_000;
  private static final long POLL_MILLIS = 50;

  /**
   * Leads the group: when its standard input ends, be it closed by us or because this process died,
   * the whole group is killed.
   */
  private static final String GUARD =
      """
      exec 3<&0 </dev/null
      "$@" 3<&- &
      hook=$!
      ( while read -r line <&3; do :; done; kill -KILL -- -$$ ) >/dev/null 2>&1 &
      guard=$!
      wait $hook
      code=$?
      kill $guard
      exit $code
      """;

  private final String shell;
  private final Duration timeout;

  HookRunner(String shell, Duration timeout) {
    this.shell = shell;
    this.timeout = timeout;
  }

  /**
   * How a hook ended.
   *
   * @param good exit code 0, or not waited for
   * @param detail exit code and the beginning of what it wrote
   */
  record Ran(boolean good, String detail) {}

  /**
   * Runs one line; with a trailing {@code &} only starts it.
   *
   * @param allowed asked again and again while the hook runs; when it turns false the hook is
   *     killed
   */
  Ran run(String line, HookFacts facts, BooleanSupplier allowed) throws InterruptedException {
    String command = HookLine.fill(line, facts.placeholders());
    boolean asynchronous = HookLine.asynchronous(command);
    if (asynchronous) {
      String text = command.stripTrailing();
      command = text.substring(0, text.length() - 1);
    }
    Process process;
    try {
      process = start(command, facts);
    } catch (IOException e) {
      LOG.error("hook cannot be started command={} cause={}", command, e.getMessage());
      return new Ran(false, "cannot be started: " + e.getMessage());
    }
    Capture capture = new Capture(process.getInputStream());
    Thread.ofVirtual().name("hook-output " + process.pid()).start(capture);
    if (asynchronous) {
      String shown = command;
      Thread.ofVirtual()
          .name("hook " + process.pid())
          .start(() -> awaitQuietly(process, capture, shown, allowed));
      return new Ran(true, "started, not waited for");
    }
    return await(process, capture, command, allowed);
  }

  private Process start(String command, HookFacts facts) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(List.of("setsid", "/bin/sh", "-c", GUARD, "hook", shell, "-c", command));
    builder.redirectErrorStream(true);
    builder.environment().putAll(facts.environment());
    return builder.start();
  }

  private void awaitQuietly(
      Process process, Capture capture, String command, BooleanSupplier allowed) {
    try {
      await(process, capture, command, allowed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Ran await(Process process, Capture capture, String command, BooleanSupplier allowed)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    String killed = "";
    try {
      while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        if (System.nanoTime() > deadline) {
          killed = "killed after " + timeout;
        } else if (!allowed.getAsBoolean()) {
          killed = "killed: this node leads no more";
        }
        if (!killed.isEmpty()) {
          break;
        }
      }
    } finally {
      kill(process);
    }
    capture.awaitEnd();
    String output = capture.text();
    boolean good = killed.isEmpty() && process.exitValue() == 0;
    String ending = killed.isEmpty() ? "exit code " + process.exitValue() : killed;
    LOG.info("hook ended command={} ending={} output={}", command, ending, output);
    String shown = output.length() <= MAX_DETAIL ? output : output.substring(0, MAX_DETAIL);
    return new Ran(good, ending + (shown.isBlank() ? "" : ": " + shown.strip()));
  }

  /** Closing its standard input makes the guard kill the group; the rest is for a broken guard. */
  private static void kill(Process process) throws InterruptedException {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("hook's input was closed already cause={}", e.getMessage());
    }
    if (!process.waitFor(1, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.waitFor(1, TimeUnit.SECONDS);
    }
  }

  /** Reads all that a hook writes and keeps the beginning. Thread-safe. */
  private static final class Capture implements Runnable {
    private final InputStream input;
    private final java.util.concurrent.CountDownLatch ended =
        new java.util.concurrent.CountDownLatch(1);
    private final java.io.ByteArrayOutputStream kept = new java.io.ByteArrayOutputStream();

    Capture(InputStream input) {
      this.input = input;
    }

    @Override
    public void run() {
      byte[] buffer = new byte[4096];
      try {
        for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
          kept.write(
              buffer, 0, Math.min(n, MAX_OUTPUT_BYTES - Math.min(MAX_OUTPUT_BYTES, kept.size())));
        }
      } catch (IOException e) {
        LOG.debug("hook's output ended early cause={}", e.getMessage());
      } finally {
        ended.countDown();
      }
    }

    /** A process that left the group may hold the pipe open: the wait is short. */
    void awaitEnd() throws InterruptedException {
      if (!ended.await(500, TimeUnit.MILLISECONDS)) {
        LOG.debug("hook's output is still open");
      }
    }

    String text() {
      return kept.toString(StandardCharsets.UTF_8);
    }
  }
}
