package dev.orchestrator.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What each key means, from the page on configuration, which is part of the archive. Immutable. */
final class KeyMeanings {
  private static final Pattern ROW =
      Pattern.compile("\\| `(\\w+)` \\| [^|]+ \\| `([^`]*)` \\| (.*) \\|");

  private final Map<String, String> meanings = new HashMap<>();
  private final Map<String, String> defaults = new HashMap<>();

  private KeyMeanings() {}

  static KeyMeanings load() {
    KeyMeanings all = new KeyMeanings();
    try (InputStream in = KeyMeanings.class.getResourceAsStream("configuration.md")) {
      String page = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      page.lines()
          .map(ROW::matcher)
          .filter(Matcher::matches)
          .forEach(
              row -> {
                all.defaults.put(row.group(1), row.group(2));
                all.meanings.put(row.group(1), row.group(3));
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  String of(String key) {
    return meanings.getOrDefault(key, "");
  }

  /** As JSON. */
  String byDefault(String key) {
    return defaults.getOrDefault(key, "");
  }
}
