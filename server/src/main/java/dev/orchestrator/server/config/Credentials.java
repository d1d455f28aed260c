package dev.orchestrator.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An account: from its two keys, or from section {@code [client]} of a file. Immutable. */
record Credentials(String user, String password) {
  /**
   * Reads the account; what the file says overrides the keys. Other sections and variables of the
   * file do not matter. In a password, {@code ${NAME}} takes the environment variable.
   *
   * @param fileKey key that names the file
   * @throws ConfigException the file cannot be read
   */
  static Credentials read(Settings settings, String fileKey, String userKey, String passwordKey)
      throws ConfigException {
    Map<String, String> file = clientSection(fileKey, settings.text(fileKey, ""));
    return new Credentials(
        file.getOrDefault("user", settings.text(userKey, "")),
        settings.expand(file.getOrDefault("password", settings.text(passwordKey, ""))));
  }

  private static Map<String, String> clientSection(String key, String name) throws ConfigException {
    Map<String, String> found = new HashMap<>();
    if (name.isEmpty()) {
      return found;
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of(name));
    } catch (IOException e) {
      throw new ConfigException(key + " " + name + " cannot be read: " + e.getMessage(), e);
    }
    boolean inClient = false;
    for (String line : lines) {
      String text = line.trim();
      if (text.startsWith("[")) {
        inClient = text.equals("[client]");
      } else if (inClient && text.contains("=") && !text.startsWith("#")) {
        int equals = text.indexOf('=');
        String value = text.substring(equals + 1).trim().replaceAll("^[\"']|[\"']$", "");
        found.put(text.substring(0, equals).trim(), value);
      }
    }
    return found;
  }

  @Override
  public String toString() {
    return "Credentials[user=" + user + ", password=***]";
  }
}
