package dev.orchestrator.store.sql;

import dev.orchestrator.store.lab.MySqlTestServer;
import dev.orchestrator.store.lab.TestBackend;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract on a real MySQL server. */
class MigrationsMySqlIT extends MigrationsTest {
  String edition() {
    return MySqlTestServer.EDITION;
  }

  @Override
  TestBackend databases() {
    return TestBackend.mysql(edition());
  }

  @Override
  Backend backend(String name) {
    MySqlTestServer server = MySqlTestServer.shared(edition());
    return new MySqlServer(server.settings("t_" + name, Duration.ofSeconds(30)));
  }

  @Override
  void create(String name) {
    MySqlTestServer.shared(edition()).execute("CREATE DATABASE t_" + name);
  }

  /** A schema takes a server half a second or more. */
  @Override
  int step() {
    return 6;
  }

  @Test
  @Tag("long")
  void aDeathBehindEachStatementIsMadeGoodByTheNextStart() throws SQLException {
    dieBehindEvery(1);
  }

  @Override
  Dialect dialect() {
    return new MySqlDialect();
  }
}
