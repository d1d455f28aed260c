package dev.orchestrator.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads upstream's configuration files: JSON objects of one level, key names without case. A named
 * file is read alone; else all that exist of the search order, later ones over earlier ones.
 */
public final class ConfigFiles {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ConfigFiles() {}

  /** Files that are tried, in this order, when none is named. */
  public static List<Path> searchOrder(Path workingDirectory) {
    return List.of(
        Path.of("/etc/orchestrator.conf.json"),
        workingDirectory.resolve("conf/orchestrator.conf.json"),
        workingDirectory.resolve("orchestrator.conf.json"));
  }

  /**
   * Reads the named file, or those of the search order that exist.
   *
   * @throws ConfigException a file is missing, unreadable, not JSON, or holds a value of the wrong
   *     type
   */
  public static Settings read(Optional<Path> named, Path workingDirectory) throws ConfigException {
    Settings settings = new Settings(KnownKeys.load(), System.getenv());
    for (Path file : files(named, workingDirectory)) {
      overlay(settings, file);
    }
    return settings;
  }

  /**
   * The named file, or those of the search order that exist.
   *
   * @throws ConfigException there is none
   */
  static List<Path> files(Optional<Path> named, Path workingDirectory) throws ConfigException {
    List<Path> files =
        named
            .map(List::of)
            .orElseGet(() -> searchOrder(workingDirectory).stream().filter(Files::exists).toList());
    if (files.isEmpty()) {
      throw new ConfigException(
          "no configuration file found; name one with --config, or make one of "
              + searchOrder(workingDirectory));
    }
    return files;
  }

  private static void overlay(Settings settings, Path file) throws ConfigException {
    List<String> problems = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : object(file).properties()) {
      settings.put(entry.getKey(), entry.getValue(), file).ifPresent(problems::add);
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(String.join("; ", problems));
    }
  }

  /**
   * The one object that a file holds.
   *
   * @throws ConfigException the file is missing, unreadable, or holds something else
   */
  static JsonNode object(Path file) throws ConfigException {
    JsonNode root;
    try {
      root = JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new ConfigException(
          "cannot read configuration file "
              + file
              + ": "
              + reason(e)
              + "; check path and permissions",
          e);
    } catch (JacksonException e) {
      throw new ConfigException(
          "configuration file "
              + file
              + " is not valid JSON: "
              + e.getOriginalMessage()
              + " at line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr(),
          e);
    }
    if (!root.isObject()) {
      throw new ConfigException("configuration file " + file + " must hold one JSON object");
    }
    return root;
  }

  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException _ -> "no such file";
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      default -> String.valueOf(e.getMessage());
    };
  }
}
