package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lost, late and lagging replicas as configuration wants them, on real servers. */
class ReplicaPolicyIT {
  private static final String NETWORK = "127.0.74";

  @TempDir Path folder;

  @Test
  void lostReplicaIsDetachedAndADelayedOneFollowsLast() throws Exception {
    Path heard = folder.resolve("heard");
    try (MySqlLab lab = MySqlLab.start(NETWORK, 4);
        Drill drill =
            new Drill(lab, folder)
                .replicas(new ReplicaPolicy(true, false, Duration.ofMinutes(1)))
                .hooks(
                    Map.of(
                        "PostFailoverProcesses",
                        List.of(
                            "echo {successorHost} $ORC_SUCCESSOR_BINLOG_COORDINATES"
                                + " {successorBinlogCoordinates} > "
                                + heard)))) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      lab.execute(
          3,
          "SET GLOBAL super_read_only = OFF",
          "INSERT INTO drill.ledger (id) VALUES (77)",
          "SET GLOBAL super_read_only = ON");
      lab.execute(
          4, "STOP REPLICA", "CHANGE REPLICATION SOURCE TO SOURCE_DELAY=3600", "START REPLICA");
      lab.awaitReplicating();
      // The old dump thread counts as an acknowledging replica until it has something to send.
      lab.awaitTrue(
          "three acknowledging replicas",
          () -> {
            lab.execute(1, "REPLACE INTO drill.ledger (id) VALUES (1)");
            return "3"
                .equals(
                    lab.query(1, "SHOW STATUS LIKE 'Rpl_semi_sync_source_clients'")
                        .getFirst()
                        .get("Value"));
          });
      drill.awaitAge();
      drill.look();
      lab.kill9(1);

      Recovery.Ending ending = drill.recover(supervisor, 1).ending().orElseThrow();

      assertThat(ending.successor()).as(drill.story()).contains(drill.key(2));
      assertThat(ending.lostReplicas()).containsExactly(drill.key(3));
      assertThat(ending.errors()).as(drill.story()).isEmpty();
      assertThat(lab.replicaStatus(3))
          .containsEntry("Source_Host", "//" + lab.host(1))
          .containsEntry("Replica_IO_Running", "No")
          .containsEntry("Auto_Position", "1");
      assertThat(lab.value(3, "SELECT COUNT(*) FROM drill.ledger WHERE id = 77")).isEqualTo("1");
      assertThat(lab.replicatesFrom(4, 2)).as(drill.story()).isTrue();
      assertThat(Files.readString(heard)).matches("127\\.0\\.74\\.2 (binlog\\.\\d+:\\d+) \\1\\n");
    }
  }

  @Test
  void promotionFailsWhereTheApplierMayNotBeWaitedFor() throws Exception {
    PromotionPolicy strict =
        new PromotionPolicy(
            List.of(), false, false, Duration.ZERO, Optional.of(Duration.ofSeconds(1)));
    try (MySqlLab lab = MySqlLab.start(NETWORK, 2);
        Drill drill = new Drill(lab, folder).promotion(strict)) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      drill.look();
      try (Connection session = DriverManager.getConnection(lab.jdbcUrl(2), "lab", "lab");
          Statement statement = session.createStatement()) {
        statement.execute("LOCK TABLES drill.ledger READ");
        lab.execute(1, "INSERT INTO drill.ledger (id) VALUES (1)");
        lab.kill9(1);

        Recovery.Ending ending = drill.recover(supervisor, 1).ending().orElseThrow();

        assertThat(ending.successful()).as(drill.story()).isFalse();
        assertThat(ending.errors()).anyMatch(e -> e.contains("WAIT_APPLIED") && e.contains("PT1S"));
        assertThat(drill.writable()).isEmpty();
        assertThat(drill.steps().stream().filter(s -> Ledger.is(s, StepKind.DECIDE))).hasSize(1);
        assertThat(lab.replicaStatus(2)).containsEntry("Source_Host", lab.host(1));
        statement.execute("UNLOCK TABLES");
      }
      drill.acknowledge();
      assertThat(drill.recover(supervisor, 1).ending().orElseThrow().successor())
          .as(drill.story())
          .contains(drill.key(2));
      assertThat(lab.value(2, "SELECT COUNT(*) FROM drill.ledger")).isEqualTo("1");
    }
  }
}
