package dev.orchestrator.jepsen.drill;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** What the person in front of the terminal reads. Thread-safe. */
public final class Console {
  private final PrintStream out;
  private volatile boolean muted;

  public Console(PrintStream out) {
    this.out = out;
  }

  /** A heading. */
  public void title(String text) {
    line("\n== " + text);
  }

  /** One line. */
  public void line(String text) {
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
  public static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%7.3f s", time.toNanos() / 1e9);
  }
}
