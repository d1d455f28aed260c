package dev.orchestrator.jepsen.drill;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** What the person in front of the terminal reads. Thread-safe. */
final class Console {
  private final PrintStream out;

  Console(PrintStream out) {
    this.out = out;
  }

  /** A heading. */
  void title(String text) {
    out.println();
    out.println("== " + text);
    out.flush();
  }

  /** One line. */
  void line(String text) {
    out.println(text);
    out.flush();
  }

  /** Seconds with milliseconds, right-aligned. */
  static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%7.3f s", time.toNanos() / 1e9);
  }
}
