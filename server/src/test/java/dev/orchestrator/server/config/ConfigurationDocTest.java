package dev.orchestrator.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page on configuration names every key, in the right half. */
class ConfigurationDocTest {
  @Test
  void keysThatCanBeReloadedAreNamed() throws Exception {
    String page = Files.readString(Path.of("../docs/configuration.md"));
    String paragraph =
        page.lines().filter(line -> line.startsWith("After SIGHUP")).findFirst().orElseThrow();
    List<String> wrong =
        KnownKeys.load().all().stream()
            .filter(key -> key.reloadable() != paragraph.contains("`" + key.name() + "`"))
            .map(KnownKeys.Key::name)
            .toList();
    assertThat(wrong).isEmpty();
  }

  @Test
  void everyKeyIsDocumentedWhereItBelongs() throws Exception {
    String page = Files.readString(Path.of("../docs/configuration.md"));
    String[] halves = page.split("## Keys that are accepted and reported", 2);
    List<String> wrong =
        KnownKeys.load().all().stream()
            .filter(
                key ->
                    !(key.use() == KnownKeys.Use.USED
                        ? halves[0].contains("| `" + key.name() + "` | " + key.type() + " |")
                        : halves[1].contains("`" + key.name() + "`")))
            .map(KnownKeys.Key::name)
            .toList();
    assertThat(wrong).isEmpty();
  }
}
