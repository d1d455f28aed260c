package dev.orchestrator.api.legacy;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/**
 * Times as the predecessor printed them on SQLite, in UTC. Clients compare some of them as text.
 */
final class Timestamps {
  private static final DateTimeFormatter EXPRESSION =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

  private Timestamps() {}

  /** A plain column: {@code 2026-11-21T03:50:11Z}; {@code ""} for never. */
  static String column(Instant at) {
    return isNever(at)
        ? ""
        : DateTimeFormatter.ISO_INSTANT.format(at.truncatedTo(ChronoUnit.SECONDS));
  }

  /** An SQL expression: {@code 2026-11-21 03:56:24}; {@code ""} for never. */
  static String expression(Instant at) {
    return isNever(at) ? "" : EXPRESSION.format(at);
  }

  /** RFC 3339 with the fraction that is there. */
  static String nanos(Instant at) {
    return DateTimeFormatter.ISO_INSTANT.format(at);
  }

  private static boolean isNever(Instant at) {
    return at.equals(Instant.EPOCH);
  }
}
