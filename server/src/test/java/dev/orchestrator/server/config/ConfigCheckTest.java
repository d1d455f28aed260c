package dev.orchestrator.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people learn of a configuration before a node runs with it. */
class ConfigCheckTest {
  private static final String SQLITE =
      "\"BackendDB\": \"sqlite\", \"SQLite3DataFile\": \"/x/o.db\"";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"ListenAddress\": \":3000\" | ok +ListenAddress +where the API listens.*needs a restart.*",
        "\"ReadOnly\": false | ok +ReadOnly +refuse every changing call",
        "\"GraphiteAddr\": \"\" | no effect +GraphiteAddr .*in this version",
        "\"OAuthClientId\": \"\" | no effect +OAuthClientId .*never had.*",
        "\"SlaveLagQuery\": \"\" | deprecated +SlaveLagQuery .*ReplicationLagQuery instead",
        "\"StatusSimpleHealth\": true | unknown +StatusSimpleHealth +ignored.*",
        "\"MySQLTopologyPassword\": \"x\" | unsafe +MySQLTopologyPassword .*chmod 600.*",
        "\"MySQLOrchestratorSSLSkipVerify\": true | unsafe +MySQLOrchestratorSSLSkipVerify .*",
        "\"RecoveryPeriodBlockSeconds\": 0 | unsafe +RecoveryPeriodBlockSeconds .*flapping.*",
      })
  void explainsKeys(String line, String expected) throws Exception {
    ConfigCheck check = check("{" + SQLITE + ", " + line + "}");
    assertThat(check.lines()).anyMatch(said -> said.strip().matches(expected));
    assertThat(check.passed()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"RaftNode\": [] | error +RaftNode +unknown; did you mean RaftNodes\\?",
        "\"Debug\": \"yes\" | error +Debug .*must be true or false.*",
        "\"ListenAddress\": \":0\" | error .*ListenAddress ':0' must end with a port.*",
      })
  void findsErrors(String line, String expected) throws Exception {
    ConfigCheck check = check("{" + SQLITE + ", " + line + "}");
    assertThat(check.lines()).anyMatch(said -> said.strip().matches(expected));
    assertThat(check.passed()).isFalse();
  }

  @Test
  void secretThatOnlyItsOwnerCanReadIsSafe() throws Exception {
    Path file = write("{" + SQLITE + ", \"MySQLTopologyPassword\": \"x\"}");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(ConfigCheck.of(Optional.of(file), folder).lines())
        .noneMatch(line -> line.contains("unsafe"));
  }

  @Test
  void effectiveConfigurationHasDefaultsAndHidesSecrets() throws Exception {
    String shown =
        EffectiveConfig.json(
            settings(
                "{"
                    + SQLITE
                    + ", \"MySQLTopologyPassword\": \"s3cret\", \"instancepollseconds\": 7,"
                    + " \"HTTPAuthPassword\": \"s4cret\"}"));
    assertThat(shown)
        .contains("\"InstancePollSeconds\" : 7", "\"ListenAddress\" : \":3000\"")
        .contains("\"MySQLTopologyPassword\" : \"***\"", "\"HTTPAuthPassword\" : \"***\"")
        .doesNotContain("s3cret", "s4cret");
  }

  @Test
  void typingErrorEndsTheStartAndOtherUnknownKeysDoNot() throws Exception {
    assertThatThrownBy(() -> settings("{\"RaftDataDirr\": \"/x\"}").refuseTypingErrors())
        .isInstanceOf(ConfigException.class)
        .hasMessageMatching("unknown key RaftDataDirr in .*; did you mean RaftDataDir\\?");
    settings("{\"StatusSimpleHealth\": true, \"#\": \"\", \"HttpTimeoutSeconds\": 60}")
        .refuseTypingErrors();
  }

  /** What the page says is what holds. */
  @Test
  void documentedDefaultsHold() throws Exception {
    Settings settings =
        settings(
            "{"
                + SQLITE
                + ", \"RaftEnabled\": true, \"RaftDataDir\": \"/x\", \"RaftNodes\":"
                + " [\"127.0.0.1\"]}");
    var _ = LegacyConfigReader.read(settings);
    KeyMeanings page = KeyMeanings.load();
    settings
        .effective()
        .forEach(
            (key, value) -> {
              if (!settings.has(key)) {
                String shown = value instanceof String ? "\"" + value + "\"" : value.toString();
                assertThat(shown.replace("[]", "null"))
                    .as(key)
                    .isEqualTo(page.byDefault(key).replace("[]", "null"));
              }
            });
  }

  private ConfigCheck check(String text) throws Exception {
    return ConfigCheck.of(Optional.of(write(text)), folder);
  }

  private Settings settings(String text) throws Exception {
    return ConfigFiles.read(Optional.of(write(text)), folder);
  }

  private Path write(String text) throws Exception {
    return Files.writeString(folder.resolve("orchestrator.conf.json"), text);
  }
}
