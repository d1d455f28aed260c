package dev.orchestrator.jepsen.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process: a node without Raft, and starts that come to nothing. */
class StartIT {
  @TempDir Path folder;

  @Test
  void nodeWithoutRaftLeadsFromTheStart() {
    try (LifeNode node = new LifeNode(folder, "127.0.71.11").start()) {
      await().atMost(LifeGroup.LIMIT).until(node::leads);
      assertThat(node.answer("health")).isEqualTo(200);
      assertThat(node.answer("raft-health")).isEqualTo(500);
      assertThat(node.answer("disable-global-recoveries")).isEqualTo(200);
      node.signal("TERM");
      assertThat(node.awaitEnd(LifeGroup.LIMIT)).isZero();
    }
  }

  /** Rule I8. */
  @Test
  void memberThatHearsNoLeaderEndsAfterTheJoinTimeout() {
    List<String> hosts = List.of("127.0.71.12", "127.0.71.13", "127.0.71.14");
    try (LifeNode node = new LifeNode(folder, "127.0.71.12").memberOf(hosts)) {
      node.config.put("RaftJoinTimeoutSeconds", 2);
      node.start();
      assertThat(node.awaitEnd(LifeGroup.LIMIT)).isEqualTo(4);
      assertThat(node.logText())
          .contains("stopping with status 4: no leader was heard within 2 s", "127.0.71.13:10008");
    }
  }

  @Test
  void nameThatCannotBeResolvedEndsTheStart() {
    List<String> hosts = List.of("127.0.71.12", "no-such-node.invalid", "127.0.71.14");
    try (LifeNode node = new LifeNode(folder, "127.0.71.12").memberOf(hosts)) {
      node.config.put("RaftJoinTimeoutSeconds", 2);
      node.start();
      assertThat(node.awaitEnd(LifeGroup.LIMIT)).isEqualTo(1);
      assertThat(node.logText())
          .contains(
              "stopping with status 1: RaftNodes: the name no-such-node.invalid cannot be resolved");
    }
    try (LifeNode node = new LifeNode(folder, "no-such-node.invalid").memberOf(hosts)) {
      node.config.put("ListenAddress", "127.0.71.12:3000");
      node.start();
      assertThat(node.awaitEnd(LifeGroup.LIMIT)).isEqualTo(1);
      assertThat(node.logText().strip())
          .startsWith("orchestrator: RaftBind: the name no-such-node.invalid cannot be resolved")
          .hasLineCount(1);
    }
  }

  @Test
  void databaseOfANewerProgramEndsTheStartAndIsLeftAlone() throws SQLException {
    try (LifeNode node = new LifeNode(folder, "127.0.71.11").start()) {
      await().atMost(LifeGroup.LIMIT).until(node::leads);
      node.signal("TERM");
      assertThat(node.awaitEnd(LifeGroup.LIMIT)).isZero();
      Path file = folder.resolve("127.0.71.11/db/orchestrator.db");
      try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file);
          Statement statement = database.createStatement()) {
        statement.execute(
            "INSERT INTO flyway_schema_history SELECT 90, '99', 'later', 'SQL', 'V99__later.sql', 1,"
                + " installed_by, installed_on, 1, 1 FROM flyway_schema_history LIMIT 1");
        statement.execute("DROP TABLE schema_version"); // which a start would make again
      }
      node.start();
      assertThat(node.awaitEnd(LifeGroup.LIMIT)).isEqualTo(1);
      assertThat(node.logText())
          .containsPattern(
              "orchestrator: database "
                  + file
                  + " has schema version 99, this program knows up to [0-9]+; install the newer"
                  + " version again, or restore a backup\\R");
      try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file);
          Statement statement = database.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_version'")) {
        assertThat(row.getInt(1)).isZero();
      }
    }
  }
}
