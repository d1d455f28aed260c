package dev.orchestrator.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Every configuration key we know, with its type; names compare without case. Immutable. */
final class KnownKeys {
  /** Whether a key does anything. */
  enum Use {
    USED,
    /** Accepted and reported: without effect in this version. */
    LATER,
    /** Without effect, upstream too. */
    NONE
  }

  /**
   * A key: canonical name, upstream's type word, use, and whether a new value takes effect while
   * the node runs.
   */
  record Key(String name, String type, Use use, boolean reloadable) {}

  private final Map<String, Key> byLowerName = new LinkedHashMap<>();

  private KnownKeys() {}

  static KnownKeys load() {
    KnownKeys keys = new KnownKeys();
    try (InputStream in = KnownKeys.class.getResourceAsStream("known-keys.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      text.lines()
          .filter(line -> !line.startsWith("#") && !line.isBlank())
          .map(line -> line.split(" ", -1))
          .forEach(
              part ->
                  keys.byLowerName.put(
                      part[0].toLowerCase(Locale.ROOT),
                      new Key(
                          part[0],
                          part[1],
                          Use.valueOf(part[2].toUpperCase(Locale.ROOT)),
                          part.length > 3 && part[3].equals("reload"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return keys;
  }

  Optional<Key> find(String name) {
    return Optional.ofNullable(byLowerName.get(name.toLowerCase(Locale.ROOT)));
  }

  Collection<Key> all() {
    return byLowerName.values();
  }
}
