package dev.orchestrator.jepsen.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.jepsen.lab.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A real MySQL server with the database of one node. Confined to the test's thread. */
final class MySqlServerOfANode implements LifeDatabase, AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final Path SCRIPT =
      Path.of("..", "scripts", "mysql-server").toAbsolutePath().normalize();

  private final String host;
  private final ChildProcess process;

  /** Starts it at this address, with its data below the folder; does not wait. */
  MySqlServerOfANode(Path folder, String host, int serverId) {
    this.host = host;
    this.process =
        ChildProcess.start(
            "mysqld " + host,
            folder.resolve("mysql-" + host + ".log"),
            Map.of(),
            List.of(
                SCRIPT.toString(),
                "run",
                folder.resolve("mysql-" + host).toString(),
                host,
                Integer.toString(serverId),
                "primary",
                "--rpl-semi-sync-source-enabled=OFF"));
  }

  void awaitReady() {
    await()
        .ignoreExceptions()
        .atMost(LIMIT)
        .until(() -> process.isAlive() && count("SELECT 1") == 1);
  }

  /** Makes the node keep its rows here. */
  void serve(LifeNode node) {
    node.config.remove("SQLite3DataFile");
    node.config.put("BackendDB", "mysql");
    node.config.put("MySQLOrchestratorHost", host);
    node.config.put("MySQLOrchestratorPort", 3306);
    node.config.put("MySQLOrchestratorDatabase", "orchestrator");
    node.config.put("MySQLOrchestratorUser", "lab");
    node.config.put("MySQLOrchestratorPassword", "lab");
  }

  @Override
  public String url() {
    return "jdbc:mysql://"
        + host
        + ":3306/orchestrator?createDatabaseIfNotExist=true&user=lab&password=lab&sslMode=PREFERRED&allowPublicKeyRetrieval=true";
  }

  @Override
  public void wipe() {
    execute("DROP DATABASE orchestrator");
  }

  /** By mysqldump, as people do it. */
  @Override
  public void copyTo(LifeDatabase other) {
    String account = " --no-defaults --user=lab --password=lab --host=";
    LifeNode.Ended copied =
        LifeNode.run(
            LIMIT,
            "bash",
            "-c",
            "set -o pipefail; bin=$("
                + SCRIPT
                + " clients) && \"$bin/mysqldump\""
                + account
                + host
                + " --single-transaction --set-gtid-purged=OFF --databases orchestrator"
                + " | \"$bin/mysql\""
                + account
                + ((MySqlServerOfANode) other).host);
    assertThat(copied.status()).as(copied.output()).isZero();
  }

  @Override
  public void close() {
    process.destroy(LIMIT);
  }
}
