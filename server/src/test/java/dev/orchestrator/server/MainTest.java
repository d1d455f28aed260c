package dev.orchestrator.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @TempDir Path folder;

  @Test
  void anUnreachableBackendEndsTheStartWithOneLineAndStatusOne() throws Exception {
    Path config = folder.resolve("orchestrator.conf.json");
    Files.writeString(
        config,
        """
        {"MySQLOrchestratorHost": "127.0.0.1", "MySQLOrchestratorPort": 1,
         "MySQLOrchestratorDatabase": "orchestrator", "MySQLOrchestratorPassword": "s3cret"}
        """);
    StringWriter err = new StringWriter();
    int status =
        Main.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute("--config", config.toString(), "http");
    assertThat(status).isEqualTo(ExitStatus.CANNOT_START);
    assertThat(err.toString())
        .hasLineCount(1)
        .startsWith(
            "orchestrator: cannot reach the MySQL backend 127.0.0.1:1; check that it runs, and"
                + " MySQLOrchestratorHost and MySQLOrchestratorPort: ")
        .contains("Connection refused")
        .doesNotContain("s3cret");
  }

  /** One line, the key, the fix, status 1. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a key with a typing error | \"RaftNode\": [] | unknown key RaftNode in .*; did you mean RaftNodes\\?.*",
        "a wrong type | \"InstancePollSeconds\": \"5\" | InstancePollSeconds in .* must be a whole number, 0 or more, without quotes, not \"5\"",
        "broken JSON | \"Debug\" | .*orchestrator.conf.json is not valid JSON.* line .*",
        "an HTTP port in use | \"ListenAddress\": \"127.0.0.1:%d\" | cannot listen on 127.0.0.1:%d .*; stop what holds the address or change ListenAddress",
        "a Raft port in use | \"RaftEnabled\": true, \"RaftDataDir\": \"FOLDER/raft\", \"RaftBind\": \"127.0.0.1:%d\", \"RaftNodes\": [\"127.0.0.1:%d\"] | cannot listen on 127.0.0.1:%d for Raft; stop what holds the address or change RaftBind",
        "a name that cannot be resolved | \"RaftEnabled\": true, \"RaftDataDir\": \"FOLDER/raft\", \"RaftBind\": \"no-such-node.invalid\", \"RaftNodes\": [\"no-such-node.invalid\"] | RaftBind: the name no-such-node.invalid cannot be resolved.*",
        "a folder that cannot be written | \"RaftEnabled\": true, \"RaftDataDir\": \"/proc/none\", \"RaftBind\": \"127.0.0.1:%d\", \"RaftNodes\": [\"127.0.0.1:%d\"] | .*RaftDataDir.*/proc/none.*",
        "a database that cannot be written | \"SQLite3DataFile\": \"/proc/none/orchestrator.db\" | .*SQLite3DataFile.*/proc/none.*",
        "a file that cannot be read | \"MySQLTopologyCredentialsConfigFile\": \"/proc/none\" | MySQLTopologyCredentialsConfigFile /proc/none cannot be read.*",
      })
  void whatCannotStartSaysSoInOneLineWithTheKeyAndTheFix(String what, String json, String message)
      throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());
      Path config = folder.resolve("orchestrator.conf.json");
      String own = json.replace("%d", port).replace("FOLDER", folder.toString());
      String listen =
          own.contains("ListenAddress")
              ? ""
              : "\"ListenAddress\": \"127.0.0.1:" + freePort() + "\", ";
      String data =
          own.contains("SQLite3DataFile")
              ? ""
              : "\"SQLite3DataFile\": \"" + folder.resolve("orchestrator.db") + "\", ";
      Files.writeString(config, "{\"BackendDB\": \"sqlite\", " + listen + data + own + "}");
      assertThat(errorOf("--config", config.toString(), "http"))
          .as(what)
          .matches("orchestrator: " + message.replace("%d", port) + "\\R");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc/none", "/proc"})
  void aConfigurationFileThatCannotBeReadIsNamed(String file) {
    assertThat(errorOf("--config", file, "http")).matches("orchestrator: .*" + file + ".*\\R");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  /** Runs the program, which must end with status 1; gives what it says. */
  private static String errorOf(String... arguments) {
    StringWriter err = new StringWriter();
    int status = Main.commandLine().setErr(new PrintWriter(err, true)).execute(arguments);
    assertThat(status).as(err.toString()).isEqualTo(ExitStatus.CANNOT_START);
    return err.toString();
  }
}
