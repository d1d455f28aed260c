package dev.orchestrator.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * One process of a group under test: {@code BenchNode CLASS INDEX FOLDER ADDRESS...}. Takes orders
 * on standard input, one a line, answers each with one line on standard output, and ends with its
 * input: {@code leads} (yes or no), {@code cpu} (nanoseconds used so far), {@code load SIZE
 * IN_FLIGHT MILLIS} (a {@link Slice}).
 */
final class BenchNode {
  /** Marks an answer: a JVM may say something on standard output as well. */
  static final String ANSWER = "answer: ";

  private BenchNode() {}

  public static void main(String[] arguments) throws Exception {
    Contender contender =
        Class.forName(arguments[0])
            .asSubclass(Contender.class)
            .getDeclaredConstructor()
            .newInstance();
    List<String> addresses = Arrays.asList(arguments).subList(3, arguments.length);
    // Libraries may print what they like; answers have a stream of their own.
    PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
    System.setOut(System.err);
    Contender.Member member =
        contender.start(Integer.parseInt(arguments[1]), addresses, Path.of(arguments[2]));
    obey(member, new BufferedReader(new InputStreamReader(System.in, UTF_8)), answers);
    System.exit(0); // with the hooks of a profiler, if there is one
  }

  static void die(String what, Throwable cause) {
    cause.printStackTrace();
    Runtime.getRuntime().halt(3);
  }

  private static void obey(Contender.Member member, BufferedReader orders, PrintStream answers)
      throws IOException, InterruptedException {
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      // The first word numbers the order, so that a late answer is not taken for another one's.
      String number = order.substring(0, order.indexOf(' ') + 1);
      String[] words = order.substring(number.length()).split(" ", -1);
      answers.println(
          ANSWER
              + number
              + switch (words[0]) {
                case "leads" -> member.leads() ? "yes" : "no";
                case "cpu" -> Long.toString(ClosedLoop.cpuNanos());
                case "load" ->
                    ClosedLoop.run(
                            member,
                            Integer.parseInt(words[1]),
                            Integer.parseInt(words[2]),
                            Duration.ofMillis(Long.parseLong(words[3])))
                        .text();
                default -> "unknown order " + order;
              });
    }
  }
}
