package dev.orchestrator.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** How much of our own words is logged. Stateless. */
final class LogLevel {
  private LogLevel() {}

  /** DEBUG or INFO, from now on. */
  static void set(boolean debug) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger("dev.orchestrator").setLevel(debug ? Level.DEBUG : Level.INFO);
    }
  }
}
