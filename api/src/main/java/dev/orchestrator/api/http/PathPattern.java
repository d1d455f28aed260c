package dev.orchestrator.api.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A path with parameters. Matches the percent-decoded path as the predecessor did: an encoded slash
 * separates segments, a slash at the end is optional, a parameter is never empty and may hold
 * anything but {@code / # ?}. Immutable.
 */
public final class PathPattern {
  private final String text;
  private final List<String> segments;

  private PathPattern(String text) {
    this.text = text;
    this.segments = split(text);
  }

  /** Reads a pattern such as {@code /api/instance/:host/:port}. */
  public static PathPattern of(String text) {
    if (!text.startsWith("/")) {
      throw new IllegalArgumentException("need a path with a leading slash, got '" + text + "'");
    }
    return new PathPattern(text);
  }

  /** The parameters of a path, empty when it does not match. */
  public Optional<Map<String, String>> match(String path) {
    String trimmed = path.length() > 1 && path.endsWith("/") ? withoutLast(path) : path;
    List<String> given = split(trimmed);
    boolean open = !segments.isEmpty() && segments.getLast().equals("*");
    int fixed = open ? segments.size() - 1 : segments.size();
    if (open ? given.size() < fixed : given.size() != fixed) {
      return Optional.empty();
    }
    Map<String, String> parameters = new HashMap<>();
    for (int i = 0; i < fixed; i++) {
      String segment = segments.get(i);
      if (segment.startsWith(":")) {
        if (!isParameter(given.get(i))) {
          return Optional.empty();
        }
        parameters.put(segment.substring(1), given.get(i));
      } else if (!segment.equals(given.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(parameters);
  }

  private static boolean isParameter(String text) {
    return !text.isEmpty() && text.indexOf('#') < 0 && text.indexOf('?') < 0;
  }

  private static String withoutLast(String path) {
    return path.substring(0, path.length() - 1);
  }

  private static List<String> split(String path) {
    return path.equals("/") ? List.of() : List.of(path.substring(1).split("/", -1));
  }

  @Override
  public String toString() {
    return text;
  }
}
