package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as callers write them: a number and one of s, m, h, d, w. */
final class SimpleTime {
  private static final Pattern FORM = Pattern.compile("([0-9]+)([smhdw])");
  private static final Duration LONGEST = Duration.ofDays(100L * 365);

  private SimpleTime() {}

  /**
   * Reads a duration.
   *
   * @throws ApiException the text has another form, or means nothing or more than a hundred years
   */
  static Duration parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches() || matcher.group(1).length() > 12) {
      throw new ApiException("Cannot parse simple time: " + text);
    }
    long count = Long.parseLong(matcher.group(1));
    Duration duration =
        switch (matcher.group(2)) {
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          case "d" -> Duration.ofDays(count);
          default -> Duration.ofDays(Math.multiplyExact(7L, count));
        };
    if (duration.isZero() || duration.compareTo(LONGEST) > 0) {
      throw new ApiException("need a duration from 1s to 100 years, got " + text);
    }
    return duration;
  }
}
