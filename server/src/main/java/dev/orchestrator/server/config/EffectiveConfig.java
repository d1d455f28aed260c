package dev.orchestrator.server.config;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The configuration as it is in force: defaults filled in, secrets hidden. Stateless. */
public final class EffectiveConfig {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private EffectiveConfig() {}

  /**
   * As one JSON object, in the format of a configuration file: each key that this set-up acts on,
   * and each other key that was given.
   *
   * @throws ConfigException the node could not start with these settings
   */
  public static String json(Settings settings) throws ConfigException {
    var _ = LegacyConfigReader.read(settings);
    Map<String, Object> shown = new LinkedHashMap<>();
    settings
        .effective()
        .forEach((key, value) -> shown.put(key, isSecret(key) ? hidden(value) : value));
    return JSON.writeValueAsString(shown);
  }

  static boolean isSecret(String key) {
    return key.endsWith("Password") || key.endsWith("Token") || key.endsWith("Secret");
  }

  private static String hidden(Object value) {
    return value.toString().isEmpty() || value.toString().equals("\"\"") ? "" : "***";
  }
}
