package dev.orchestrator.jepsen.drill;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** What the person in front of the terminal reads. Thread-safe. */
final class Console {
  private final PrintStream out;
  private volatile boolean muted;

  Console(PrintStream out) {
    this.out = out;
  }

  /** A heading. */
  void title(String text) {
    line("\n== " + text);
  }

  /** One line. */
  void line(String text) {
    if (!muted) {
      out.println(text);
      out.flush();
    }
  }

  /** Prints nothing any more. */
  void mute() {
    muted = true;
  }

  /** Seconds with milliseconds, right-aligned. */
  static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%7.3f s", time.toNanos() / 1e9);
  }
}
