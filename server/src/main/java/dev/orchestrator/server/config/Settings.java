package dev.orchestrator.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Values of the configuration by canonical key name, with their types checked, and what was found
 * that has no effect. Confined to the thread that reads the configuration.
 */
public final class Settings {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");

  private final KnownKeys known;
  private final Map<String, String> environment;
  private final Map<String, JsonNode> values = new HashMap<>();
  private final Map<String, Object> effective = new HashMap<>();
  private final TreeMap<String, Path> unknown = new TreeMap<>();
  private final TreeSet<String> withoutEffect = new TreeSet<>();

  Settings(KnownKeys known, Map<String, String> environment) {
    this.known = known;
    this.environment = Map.copyOf(environment);
  }

  /** Takes one value; returns what is wrong with it, if anything. */
  Optional<String> put(String name, JsonNode value, Path file) {
    Optional<KnownKeys.Key> key = known.find(name);
    if (key.isEmpty()) {
      unknown.put(name, file);
      return Optional.empty();
    }
    if (key.get().use() != KnownKeys.Use.USED) {
      withoutEffect.add(key.get().name());
    }
    if (!fits(key.get().type(), value)) {
      return Optional.of(
          key.get().name()
              + " in "
              + file
              + " must be "
              + describe(key.get().type())
              + ", not "
              + value);
    }
    if (value.isNull() && !key.get().type().equals("string[]")) {
      return Optional.empty();
    }
    values.put(key.get().name(), value);
    return Optional.empty();
  }

  /** Keys that nobody knows, sorted: perhaps typing errors. */
  public List<String> unknownKeys() {
    return List.copyOf(unknown.keySet());
  }

  /** Keys that were given but change nothing in this version, sorted. */
  public List<String> keysWithoutEffect() {
    return List.copyOf(withoutEffect);
  }

  /**
   * Unknown keys are ignored, as upstream does, since its own samples hold some; but one that is
   * nearly the name of a key was meant for it.
   *
   * @throws ConfigException there is such a key; the message names file, key and what was meant
   */
  public void refuseTypingErrors() throws ConfigException {
    List<String> names = known.all().stream().map(KnownKeys.Key::name).toList();
    for (Map.Entry<String, Path> written : unknown.entrySet()) {
      Optional<String> meant = NearestName.of(written.getKey(), names);
      if (meant.isPresent()) {
        throw new ConfigException(
            "unknown key "
                + written.getKey()
                + " in "
                + written.getValue()
                + "; did you mean "
                + meant.get()
                + "?");
      }
    }
  }

  /** Whether these are the settings of a member of a Raft group. */
  public boolean isRaft() {
    return flag("RaftEnabled", false);
  }

  /** Whether a new value of the key takes effect while the node runs. */
  public boolean isReloadable(String key) {
    return known.find(key).filter(KnownKeys.Key::reloadable).isPresent();
  }

  /** Keys that are acted on and have another value than there, in the order of the known keys. */
  public List<String> differencesTo(Settings other) {
    return known.all().stream()
        .filter(key -> key.use() == KnownKeys.Use.USED)
        .map(KnownKeys.Key::name)
        .filter(key -> !Objects.equals(values.get(key), other.values.get(key)))
        .toList();
  }

  /** These settings, but with the values that some keys have there. */
  public Settings withValuesOf(Settings other, List<String> keys) {
    Settings mixed = new Settings(known, environment);
    mixed.values.putAll(values);
    for (String key : keys) {
      JsonNode there = other.values.get(key);
      if (there == null) {
        mixed.values.remove(key);
      } else {
        mixed.values.put(key, there);
      }
    }
    return mixed;
  }

  /**
   * What is in force, by key, in the order of the known keys: values that were asked for, defaults
   * included, and others that were given.
   */
  Map<String, Object> effective() {
    Map<String, Object> all = new LinkedHashMap<>();
    for (KnownKeys.Key key : known.all()) {
      Object value = effective.getOrDefault(key.name(), values.get(key.name()));
      if (value != null) {
        all.put(key.name(), value);
      }
    }
    return all;
  }

  private <T> T note(String key, T value) {
    effective.put(key, value);
    return value;
  }

  /** Whether the key was given. */
  boolean has(String key) {
    return values.containsKey(key);
  }

  boolean flag(String key, boolean byDefault) {
    JsonNode value = values.get(key);
    return note(key, value == null ? byDefault : value.booleanValue());
  }

  String text(String key, String byDefault) {
    JsonNode value = values.get(key);
    return note(key, value == null ? byDefault : value.stringValue());
  }

  /**
   * A secret: a value with {@code ${NAME}} anywhere becomes that variable's value, as upstream
   * does.
   */
  String expand(String value) {
    Matcher variable = VARIABLE.matcher(value);
    return variable.find() ? environment.getOrDefault(variable.group(1), "") : value;
  }

  int number(String key, int byDefault, int min, int max) throws ConfigException {
    JsonNode value = values.get(key);
    if (value == null) {
      return note(key, byDefault);
    }
    if (!value.canConvertToInt() || value.intValue() < min || value.intValue() > max) {
      throw new ConfigException(
          key + " must be a whole number from " + min + " to " + max + ", not " + value);
    }
    return note(key, value.intValue());
  }

  Duration seconds(String key, int byDefault, int min, int max) throws ConfigException {
    return Duration.ofSeconds(number(key, byDefault, min, max));
  }

  Duration millis(String key, int byDefault, int min, int max) throws ConfigException {
    return Duration.ofMillis(number(key, byDefault, min, max));
  }

  List<String> list(String key) {
    JsonNode value = values.get(key);
    List<String> texts = new ArrayList<>();
    if (value != null && !value.isNull()) {
      value.forEach(item -> texts.add(item.stringValue()));
    }
    return note(key, Collections.unmodifiableList(texts));
  }

  /** A list of regular expressions. */
  List<String> patterns(String key) throws ConfigException {
    for (String pattern : list(key)) {
      pattern(key, pattern);
    }
    return list(key);
  }

  /** One regular expression, or {@code ""}. */
  String pattern(String key) throws ConfigException {
    return pattern(key, text(key, ""));
  }

  private static String pattern(String key, String pattern) throws ConfigException {
    try {
      Pattern unused = Pattern.compile(pattern);
      return unused.pattern();
    } catch (java.util.regex.PatternSyntaxException e) {
      throw new ConfigException(
          key
              + " holds '"
              + pattern
              + "', which is not a regular expression: "
              + e.getDescription(),
          e);
    }
  }

  private static boolean fits(String type, JsonNode value) {
    if (value.isNull()) {
      return true;
    }
    return switch (type) {
      case "bool" -> value.isBoolean();
      case "string" -> value.isString();
      case "uint" -> value.isIntegralNumber() && value.longValue() >= 0;
      case "int", "int64" -> value.isIntegralNumber();
      case "string[]" -> value.isArray() && value.valueStream().allMatch(JsonNode::isString);
      case "map" -> value.isObject() && value.valueStream().allMatch(JsonNode::isString);
      default -> throw new IllegalStateException("unknown type " + type);
    };
  }

  private static String describe(String type) {
    return switch (type) {
      case "bool" -> "true or false";
      case "string" -> "a text in quotes";
      case "uint" -> "a whole number, 0 or more, without quotes";
      case "int", "int64" -> "a whole number without quotes";
      case "string[]" -> "a list of texts, for example [\"a\", \"b\"]";
      case "map" -> "an object of texts, for example {\"a\": \"b\"}";
      default -> throw new IllegalStateException("unknown type " + type);
    };
  }
}
