package dev.orchestrator.api.legacy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON object in the making: fields keep the order of their first setting. */
final class Fields {
  private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

  /** Sets a field; one that is there keeps its place. */
  Fields set(String name, @Nullable Object value) {
    values.put(name, value);
    return this;
  }

  /** The finished object. */
  Map<String, @Nullable Object> done() {
    return Collections.unmodifiableMap(values);
  }
}
