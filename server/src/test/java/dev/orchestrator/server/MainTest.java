package dev.orchestrator.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
