package dev.orchestrator.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A running {@link BenchNode} and the two streams to it. Confined to one thread. */
final class NodeProcess implements AutoCloseable {
  private static final List<String> JVM_OPTIONS =
      List.of(
          "-Xms256m",
          "-Xmx768m",
          "-XX:+UseG1GC",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private static final long END_SECONDS = 10;

  private final String name;
  private final Process process;
  private final PrintStream orders;
  private long asked;
  private final BlockingQueue<String> answers = new ArrayBlockingQueue<>(16);

  /**
   * Starts a member.
   *
   * @param library class path and class of the contender
   * @param options further options of its JVM
   */
  static NodeProcess start(
      Library library, int index, List<String> addresses, Path folder, List<String> options)
      throws IOException {
    return new NodeProcess(library, index, addresses, folder, options);
  }

  private NodeProcess(
      Library library, int index, List<String> addresses, Path folder, List<String> options)
      throws IOException {
    this.name = library.name() + "-" + (index + 1);
    Path own = folder.resolve(name);
    Files.createDirectories(own);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_OPTIONS);
    command.addAll(options);
    command.addAll(List.of("-cp", library.classPath(), BenchNode.class.getName()));
    command.addAll(List.of(library.className(), Integer.toString(index), own.toString()));
    command.addAll(addresses);
    this.process =
        new ProcessBuilder(command)
            .directory(own.toFile())
            .redirectError(folder.resolve(name + ".log").toFile())
            .start();
    this.orders = new PrintStream(process.getOutputStream(), true, UTF_8);
    Thread.ofPlatform().daemon().name("answers-" + name).start(this::readAnswers);
  }

  private void readAnswers() {
    try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith(BenchNode.ANSWER)
            && !answers.offer(line.substring(BenchNode.ANSWER.length()))) {
          throw new IllegalStateException(name + " talks too much: " + line);
        }
      }
    } catch (IOException e) {
      var _ = answers.offer("ended: " + e.getMessage());
    }
  }

  /**
   * Gives an order.
   *
   * @return its answer, null if none came in time
   */
  @Nullable String ask(String order, long timeoutMillis) throws InterruptedException {
    String number = ++asked + " ";
    orders.println(number + order);
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    while (true) {
      String answer = answers.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (answer == null) {
        return null;
      }
      if (answer.startsWith(number)) {
        return answer.substring(number.length());
      }
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    orders.close(); // it ends with its input, and writes a recording if it makes one
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
