package dev.orchestrator.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.lab.MySqlTestServer;
import dev.orchestrator.store.lab.TestBackend;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link DatabaseMySqlIT} tries behind each statement on 8.0, behind every fourth here. */
class MigrationsOtherEditionsIT {
  private static final String NAME = "t_migrated";
  private static final Duration LONG = Duration.ofSeconds(30);

  @ParameterizedTest
  @ValueSource(strings = {"5.6", "mariadb-10.11"})
  void aMigrationThatDiedIsCompleted(String edition) throws SQLException {
    TestBackend.mysql(edition);
    MySqlTestServer server = MySqlTestServer.shared(edition);
    List<String> statements = new ArrayList<>(Migrations.statements(new MySqlDialect(), 1));
    statements.addAll(Migrations.statements(new MySqlDialect(), 2));
    for (int done = statements.size(); done > 0; done -= 4) {
      String name = NAME + done;
      server.execute("CREATE DATABASE " + name);
      try (Connection connection = server.connect(name);
          Statement statement = connection.createStatement()) {
        for (String sql : statements.subList(0, done)) {
          statement.execute(sql);
        }
      }
      try (Database database = Database.mysql(server.settings(name, LONG))) {
        assertThat(database.applied().id()).isEqualTo(LogId.ZERO);
      }
      assertThat(server.column("SELECT version FROM " + name + ".schema_version"))
          .containsExactly("1", "2");
      server.execute("DROP DATABASE " + name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"5.6", "mariadb-10.11"})
  void aNewerSchemaIsRefused(String edition) {
    TestBackend.mysql(edition);
    MySqlTestServer server = MySqlTestServer.shared(edition);
    Database.mysql(server.settings(NAME, LONG)).close();
    server.execute("INSERT INTO " + NAME + ".schema_version VALUES (99)");
    assertThatThrownBy(() -> Database.mysql(server.settings(NAME, LONG)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("has schema version 99, this program knows up to 2");
  }
}
