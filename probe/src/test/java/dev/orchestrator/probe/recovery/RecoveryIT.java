package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dead primary among real servers is replaced, and nothing acknowledged is lost. */
class RecoveryIT {
  private static final String NETWORK = "127.0.71";

  @TempDir Path folder;

  @Test
  void replacesADeadPrimaryWithoutLosingAnAcknowledgedWrite() throws Exception {
    Path heard = folder.resolve("heard");
    try (MySqlLab lab = MySqlLab.start(NETWORK, 4);
        Drill drill = new Drill(lab, folder)) {
      drill.hooks(
          Map.of(
              "OnFailureDetectionProcesses", List.of("echo detected {failureType} >> " + heard),
              "PreFailoverProcesses", List.of("echo pre $ORC_FAILED_HOST >> " + heard),
              "PostMasterFailoverProcesses",
                  List.of("echo promoted {successorHost}:{successorPort} >> " + heard),
              "PostFailoverProcesses",
                  List.of("echo \"post {isSuccessful} {failureDescription}\" >> " + heard)));
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      for (int n = 2; n <= 4; n++) {
        lab.execute(n, "SET GLOBAL rpl_semi_sync_source_enabled = OFF");
        lab.generalLog(n, true);
      }
      drill.look();
      Set<Long> acknowledged = writeUntilKilled(lab, 500);

      Recovery recovery = drill.recover(supervisor, 1);

      Recovery.Ending ending = recovery.ending().orElseThrow();
      assertThat(ending.successful()).as(drill.story()).isTrue();
      int winner = drill.number(ending.successor().orElseThrow());
      assertThat(drill.writable()).containsExactly(winner);
      for (int n = 2; n <= 4; n++) {
        assertThat(n == winner || lab.replicatesFrom(n, winner)).as(drill.story()).isTrue();
      }
      assertThat(idsOn(lab, winner)).as(drill.story()).containsAll(acknowledged);
      lab.execute(winner, "INSERT INTO drill.ledger (id) VALUES (1000000)");
      for (int n = 2; n <= 4; n++) {
        int replica = n;
        lab.awaitTrue("the new write arrives", () -> idsOn(lab, replica).contains(1_000_000L));
      }
      assertSemiSyncBeforeWritable(lab, winner);
      assertThat(ending.lostReplicas()).isEmpty();
      assertThat(ending.errors()).as(drill.story()).isEmpty();
      assertThat(ending.lossStatement())
          .contains("semi-sync 1 of 3")
          .contains("acknowledged transactions lost: none");
      assertThat(drill.steps()).allMatch(Ledger::ended);
      assertThat(drill.database().clusters().byPrimaryUuid(ending.successorUuid()))
          .hasValueSatisfying(record -> assertThat(record.epoch()).isEqualTo(2));
      assertThat(Files.readAllLines(heard))
          .containsExactly(
              "detected DeadMaster",
              "pre " + lab.host(1),
              "promoted " + lab.key(winner),
              "post true primary cannot be reached_ it_s _dead_ __touch /tmp/never_");
      assertThat(Path.of("/tmp/never")).doesNotExist();

      int commands = drill.log().applied().size();
      for (int i = 0; i < 3; i++) {
        supervisor.consider(drill.look(), List.of(drill.dead(1)), List.of(drill.dead(1)));
      }
      Drill.await("the reason").until(() -> !supervisor.whyNot("drill").isEmpty());
      assertThat(drill.database().recoveries().newest(false, 0, 10)).hasSize(1);
      assertThat(drill.log().applied()).hasSize(commands);
    }
  }

  /** Writes ids one by one and kills the primary in between; returns those that were confirmed. */
  private static Set<Long> writeUntilKilled(MySqlLab lab, int before) throws Exception {
    Set<Long> acknowledged = new ConcurrentSkipListSet<>();
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (Connection app = DriverManager.getConnection(lab.jdbcUrl(1), "app", "app");
                      PreparedStatement insert =
                          app.prepareStatement("INSERT INTO drill.ledger (id) VALUES (?)")) {
                    for (long id = 1; true; id++) {
                      insert.setLong(1, id);
                      insert.executeUpdate();
                      acknowledged.add(id);
                    }
                  } catch (SQLException killed) {
                    assertThat(killed.getMessage()).isNotNull();
                  }
                });
    Drill.await("some writes").until(() -> acknowledged.size() >= before);
    lab.kill9(1);
    assertThat(writer.join(Drill.LIMIT)).isTrue();
    return acknowledged;
  }

  private static Set<Long> idsOn(MySqlLab lab, int n) {
    Set<Long> ids = new TreeSet<>();
    lab.query(n, "SELECT id FROM drill.ledger")
        .forEach(row -> ids.add(Long.parseLong(row.get("id"))));
    return ids;
  }

  /** Rule D4. */
  private static void assertSemiSyncBeforeWritable(MySqlLab lab, int n) {
    List<String> lines = lab.generalLogLines(n);
    int semiSync = indexOf(lines, "rpl_semi_sync_source_enabled = ON");
    int writable = indexOf(lines, "read_only = OFF");
    assertThat(semiSync).isNotNegative();
    assertThat(writable).isGreaterThan(semiSync);
  }

  private static int indexOf(List<String> lines, String part) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(part)) {
        return i;
      }
    }
    return -1;
  }
}
