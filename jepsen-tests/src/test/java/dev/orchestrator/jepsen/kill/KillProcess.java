package dev.orchestrator.jepsen.kill;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A running {@link KillNode}: orders in, answers out; its acknowledgements go to one set. */
final class KillProcess {
  private static final int MAX_ANSWERS = 1 << 16;

  /** What a member says of itself. */
  record Status(boolean leads, long index, long hash, long repeated) {}

  private final String name;
  private final Path log;
  private final Process process;
  private final PrintStream orders;
  private final BitSet acknowledged;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>(MAX_ANSWERS);
  private final Thread reader;

  /**
   * Starts a member.
   *
   * @param acknowledged locked to be used; every number that any member acknowledged
   */
  KillProcess(int index, List<String> addresses, Path folder, BitSet acknowledged)
      throws IOException {
    this.name = "member " + (index + 1);
    this.acknowledged = acknowledged;
    Path own = folder.resolve("member-" + (index + 1));
    Files.createDirectories(own);
    this.log = folder.resolve("member-" + (index + 1) + ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-ea:dev.orchestrator...",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            KillNode.class.getName(),
            Integer.toString(index),
            own.toString()));
    command.addAll(addresses);
    this.process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    this.orders = new PrintStream(process.getOutputStream(), true, UTF_8);
    this.reader = Thread.ofPlatform().daemon().name("answers of " + name).start(this::readAnswers);
  }

  private void readAnswers() {
    try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("ack ")) {
          acknowledge(line);
        } else if (!line.startsWith("failed ") && !answers.offer(line)) {
          throw new IllegalStateException(name + " talks too much");
        }
      }
    } catch (IOException e) {
      var _ = answers.offer("ended " + e.getMessage());
    }
  }

  /** A killed process may end in the middle of a line; a whole one ends with a full stop. */
  private void acknowledge(String line) {
    if (line.endsWith(".")) {
      synchronized (acknowledged) {
        acknowledged.set(Integer.parseInt(line.substring("ack ".length(), line.length() - 1)));
        acknowledged.notifyAll();
      }
    }
  }

  void order(String order) {
    orders.println(order);
  }

  /** Waits for the answer that begins so, and drops others before it. */
  String await(String beginning, long millis) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (true) {
      String answer = answers.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (answer == null) {
        throw new IllegalStateException(
            name
                + " does not say "
                + beginning
                + (process.isAlive() ? "" : ", it ended with code " + process.exitValue())
                + "; see "
                + log
                + threads());
      }
      if (answer.startsWith(beginning)) {
        return answer;
      }
    }
  }

  /** What its threads do, if it still has any: a start that hangs shows where. */
  private String threads() throws InterruptedException {
    if (!process.isAlive()) {
      return "";
    }
    Path jstack = Path.of(System.getProperty("java.home"), "bin", "jstack");
    try {
      Path into = Files.createTempFile(log.getParent(), "threads-", ".txt");
      Process dump =
          new ProcessBuilder(jstack.toString(), "-l", Long.toString(process.pid()))
              .redirectErrorStream(true)
              .redirectOutput(into.toFile())
              .start();
      if (!dump.waitFor(20, TimeUnit.SECONDS)) {
        dump.destroyForcibly();
      }
      return "; its threads:\n" + Files.readString(into);
    } catch (IOException e) {
      return "; no thread dump: " + e.getMessage();
    }
  }

  Status status() throws InterruptedException {
    order("status");
    String[] words = await("status", 20_000).split(" ", -1);
    return new Status(
        Boolean.parseBoolean(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Long.parseLong(words[4]));
  }

  /** SIGKILL. */
  void kill9() {
    process.destroyForcibly();
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** Waits until it is gone and all it said is read. */
  void awaitEnd() throws InterruptedException {
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      throw new IllegalStateException(name + " does not end");
    }
    reader.join(20_000);
  }

  @Override
  public String toString() {
    return name;
  }
}
