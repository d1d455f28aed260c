package dev.orchestrator.probe.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** One lab for all, because a start costs seconds; the tests that kill come last. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MySqlLabIT {
  private static MySqlLab lab;

  @BeforeAll
  static void start() {
    lab = MySqlLab.start("127.0.59", 4);
  }

  @AfterAll
  static void close() {
    lab.close();
  }

  @Test
  @Order(1)
  void aRowWrittenOnThePrimaryReachesEveryReplica() {
    lab.execute(1, "INSERT INTO drill.ledger (id) VALUES (1)");
    for (int n = 2; n <= 4; n++) {
      lab.awaitCaughtUp(n, 1);
      assertThat(lab.value(n, "SELECT COUNT(*) FROM drill.ledger")).isEqualTo("1");
    }
  }

  @Test
  @Order(1)
  void replicasAreReadOnlyAndReportTheirAddress() {
    assertThat(lab.query(1, "SELECT @@read_only r, @@super_read_only s, @@report_host h"))
        .containsExactly(Map.of("r", "0", "s", "0", "h", "127.0.59.1"));
    assertThat(lab.query(3, "SELECT @@read_only r, @@super_read_only s, @@report_host h"))
        .containsExactly(Map.of("r", "1", "s", "1", "h", "127.0.59.3"));
    assertThat(lab.query(1, "SHOW REPLICAS"))
        .extracting(row -> row.get("Host"))
        .containsExactlyInAnyOrder("127.0.59.2", "127.0.59.3", "127.0.59.4");
  }

  @Test
  @Order(1)
  void allReplicasAcknowledgeBySemiSync() {
    // A receiver that reconnected is counted twice until its old dump thread ends.
    lab.awaitTrue("three acknowledging replicas", () -> lab.semiSyncClients(1) == 3);
    assertThat(lab.query(1, "SHOW STATUS LIKE 'Rpl_semi_sync_source_status'").getFirst())
        .containsEntry("Value", "ON");
  }

  @Test
  @Order(1)
  void theTopologyAccountReadsAndRepairsReplication() throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(lab.jdbcUrl(2), "orchestrator", "orch_topology_password");
        Statement statement = connection.createStatement()) {
      statement.execute("SHOW REPLICA STATUS");
      statement.execute("SELECT * FROM performance_schema.replication_connection_status");
      statement.execute("SELECT * FROM performance_schema.session_connect_attrs");
      statement.execute("SELECT user_name, user_password FROM mysql.slave_master_info");
      statement.execute("SHOW PROCESSLIST");
      statement.execute("STOP REPLICA");
      statement.execute("SET GLOBAL super_read_only = 0");
      statement.execute("SET GLOBAL super_read_only = 1");
      statement.execute("CHANGE REPLICATION SOURCE TO SOURCE_CONNECT_RETRY = 1");
      statement.execute("START REPLICA");
      assertThatThrownBy(() -> statement.execute("SELECT * FROM drill.ledger"))
          .isInstanceOf(SQLException.class);
    }
    lab.awaitReplicating();
  }

  @Test
  @Order(1)
  void theGeneralLogShowsWhatReachedAServer() {
    lab.generalLog(4, true);
    lab.query(4, "SELECT 'a distinctive statement'");
    lab.generalLog(4, false);
    assertThat(lab.generalLogLines(4)).anyMatch(line -> line.contains("a distinctive statement"));
  }

  @Test
  @Order(2)
  void aFrozenServerIsAliveButSilentAndComesBack() {
    lab.freeze(4);
    assertThat(lab.isAlive(4)).isTrue();
    assertThatThrownBy(
            () ->
                DriverManager.getConnection(
                        lab.jdbcUrl(4).replace("socketTimeout=20000", "socketTimeout=300"),
                        "lab",
                        "lab")
                    .close())
        .isInstanceOf(SQLException.class);
    lab.thaw(4);
    lab.awaitTrue("server 4 answers", () -> "1".equals(lab.value(4, "SELECT 1")));
  }

  @Test
  @Order(3)
  void replicasNoticeAKilledPrimaryAndReturnToItOnceItRestarts() {
    lab.execute(1, "INSERT INTO drill.ledger (id) VALUES (2)");
    lab.kill9(1);
    assertThat(lab.isAlive(1)).isFalse();
    for (int n = 2; n <= 4; n++) {
      int replica = n;
      lab.awaitTrue(
          "the receiver of server " + n + " lost its source",
          () -> "Connecting".equals(lab.replicaStatus(replica).get("Replica_IO_Running")));
    }
    lab.restart(1);
    lab.awaitReplicating();
    assertThat(lab.replicatesFrom(2, 1)).isTrue();
    assertThat(lab.value(1, "SELECT COUNT(*) FROM drill.ledger WHERE id = 2")).isEqualTo("1");
  }

  @Test
  @Order(4)
  void aReplicaCanBeMovedBelowAnother() {
    lab.repoint(4, 3);
    lab.awaitTrue("server 4 follows server 3", () -> lab.replicatesFrom(4, 3));
  }

  @Test
  @Order(5)
  void aServerThatAKilledRunLeftBehindIsEnded() {
    var stray =
        new MySqlServer(
            LabFolder.script(),
            LabFolder.root().resolve("127.0.58").resolve("1"),
            "127.0.58.1",
            58001,
            true,
            List.of());
    stray.launch();
    stray.awaitReady(MySqlLab.LIMIT);
    try (MySqlLab second = MySqlLab.startUnlinked("127.0.58", 1)) {
      assertThat(stray.isAlive()).isFalse();
      assertThat(second.value(1, "SELECT @@read_only")).isEqualTo("0");
      second.execute(1, "INSERT INTO drill.ledger (id) VALUES (1)");
    } finally {
      stray.kill9();
    }
  }
}
