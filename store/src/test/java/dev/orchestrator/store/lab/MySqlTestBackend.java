package dev.orchestrator.store.lab;

import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.MySqlBackend;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Databases of one test on a real server. */
final class MySqlTestBackend implements TestBackend {
  private final MySqlTestServer server;

  MySqlTestBackend(MySqlTestServer server) {
    this.server = server;
    server.dropDatabases();
  }

  @Override
  public Database open(String name) {
    return Database.mysql(server.settings("t_" + name, Duration.ofSeconds(30)));
  }

  @Override
  public Connection connect(String name) throws SQLException {
    return server.connect("t_" + name);
  }

  @Override
  public String address(String name) {
    return "mysql " + server.host() + " t_" + name;
  }

  /** Opens what {@link TestBackend#address} named. */
  static Database open(String host, String database) {
    return Database.mysql(
        new MySqlBackend(
            host,
            MySqlTestServer.PORT,
            database,
            "lab",
            "lab",
            4,
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Optional.empty()));
  }
}
