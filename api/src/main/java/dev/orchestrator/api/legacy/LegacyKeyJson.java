package dev.orchestrator.api.legacy;

import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.InstanceKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The small published objects that the others are made of. */
public final class LegacyKeyJson {
  static final int BINARY_LOG = 0;
  static final int RELAY_LOG = 1;

  private LegacyKeyJson() {}

  /** Key. */
  public static Map<String, @Nullable Object> of(InstanceKey key) {
    return new Fields().set("Hostname", key.host()).set("Port", key.port()).done();
  }

  /** A key with its value. */
  public static Map<String, @Nullable Object> pair(String key, String value) {
    return new Fields().set("Key", key).set("Value", value).done();
  }

  /** Keys sorted by host and port. */
  static List<Map<String, @Nullable Object>> of(Collection<InstanceKey> keys) {
    return keys.stream().sorted().map(LegacyKeyJson::of).toList();
  }

  /** Binary or relay log coordinates. */
  static Map<String, @Nullable Object> coordinates(BinlogCoordinates place, int type) {
    return new Fields()
        .set("LogFile", place.file())
        .set("LogPos", place.position())
        .set("Type", type)
        .done();
  }

  /** A number that may be missing. */
  static Map<String, @Nullable Object> nullable(OptionalLong value) {
    return new Fields().set("Int64", value.orElse(0)).set("Valid", value.isPresent()).done();
  }
}
