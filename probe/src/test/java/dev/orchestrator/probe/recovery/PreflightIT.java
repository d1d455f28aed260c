package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What keeps a living primary from handing over leaves it as it was, and writable at once. */
class PreflightIT {
  private static final Logger LOG = LoggerFactory.getLogger(PreflightIT.class);
  private static final String NETWORK = "127.0.79";

  @TempDir Path folder;

  @Test
  void aReplicaWithAGapIsRefusedBeforeAnythingIsTouched() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder)) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      for (int id = 1; id <= 4; id++) {
        lab.execute(1, "INSERT INTO drill.ledger (id) VALUES (" + id + ")");
      }
      lab.awaitCaughtUp(2, 1);
      lab.awaitCaughtUp(3, 1);
      String uuid = lab.value(1, "SELECT @@server_uuid");
      // The stream has gone by: nobody sends the third one again while it stays connected.
      lab.execute(
          2,
          "STOP REPLICA SQL_THREAD",
          "RESET MASTER",
          "SET GLOBAL gtid_purged = '" + uuid + ":1-2:4'",
          "START REPLICA SQL_THREAD");
      lab.awaitReplicating();

      RecoveryOrders.Answer answer =
          supervisor
              .orders()
              .order(
                  drill.look(),
                  List.of(),
                  new RecoveryOrders.Request(
                      OrderKind.TAKEOVER_AUTO, "drill", Optional.of(drill.key(2))));

      assertThat(answer)
          .isInstanceOfSatisfying(
              RecoveryOrders.Answer.Refused.class,
              refused ->
                  assertThat(refused.reasons())
                      .contains(
                          lab.key(2)
                              + " has a gap that replication does not fill, it lacks "
                              + uuid
                              + ":3"));
      assertThat(drill.database().recoveries().newest(false, 0, 10)).isEmpty();
      assertThat(drill.writable()).containsExactly(1);

      Recovery.Ending ending =
          drill.ordered(supervisor, OrderKind.TAKEOVER_AUTO, Optional.of(drill.key(3)));
      assertThat(ending.successful()).as(drill.story()).isTrue();
      assertThat(drill.writable()).containsExactly(3);
    }
  }

  @Test
  void locksOfABackupOrATableNeverLeaveWritesStopped() throws Exception {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder);
        Connection holder = DriverManager.getConnection(lab.jdbcUrl(1), "lab", "lab");
        Statement locks = holder.createStatement();
        Writer writer = Writer.start(lab, 1)) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      writer.awaitMore(100);
      behindATableLockItGivesUp(lab, drill, supervisor, locks, writer);
      besideABackupItHandsOver(lab, drill, supervisor, locks, writer);
    }
  }

  /** super_read_only waits for whoever holds LOCK TABLES ... WRITE. */
  private static void behindATableLockItGivesUp(
      MySqlLab lab, Drill drill, RecoverySupervisor supervisor, Statement locks, Writer writer)
      throws Exception {
    locks.execute("LOCK TABLES drill.ledger WRITE");
    long began = System.nanoTime();
    Recovery.Ending ending =
        drill.ordered(supervisor, OrderKind.TAKEOVER_AUTO, Optional.of(drill.key(2)));
    Duration took = Duration.ofNanos(System.nanoTime() - began);

    assertThat(ending.successful()).as(drill.story()).isFalse();
    assertThat(ending.errors()).anyMatch(error -> error.startsWith("FENCE_PRIMARY"));
    assertThat(ending.errors()).noneMatch(error -> error.startsWith("RESTORE_WRITES"));
    assertThat(drill.writable()).as(drill.story()).containsExactly(1);
    long released = System.nanoTime();
    locks.execute("UNLOCK TABLES");
    writer.awaitMore(1);
    Duration until = Duration.ofNanos(System.nanoTime() - released);
    writer.awaitMore(100);
    LOG.info(
        "behind a table lock: gave up and restored writes after {} ms (limit {} ms);"
            + " first write {} ms after the lock ended",
        took.toMillis(),
        TakeoverAction.FencePrimary.LIMIT.toMillis(),
        until.toMillis());
    assertThat(took).isLessThan(TakeoverAction.FencePrimary.LIMIT.plusSeconds(4));
    assertThat(drill.writable()).as(drill.story()).containsExactly(1);
    assertThat(lab.replicatesFrom(2, 1)).isTrue();
    assertThat(lab.replicatesFrom(3, 1)).isTrue();
  }

  /**
   * A backup's global read lock goes together with super_read_only, so the fence is had at once;
   * its instance lock keeps the old primary from being attached, which is reported.
   */
  private static void besideABackupItHandsOver(
      MySqlLab lab, Drill drill, RecoverySupervisor supervisor, Statement locks, Writer writer)
      throws Exception {
    locks.execute("LOCK INSTANCE FOR BACKUP");
    locks.execute("FLUSH TABLES WITH READ LOCK");
    long began = System.nanoTime();
    Recovery.Ending ending =
        drill.ordered(supervisor, OrderKind.TAKEOVER_AUTO, Optional.of(drill.key(2)));
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    LOG.info("beside a backup's locks: handed over after {} ms", took.toMillis());

    assertThat(ending.successful()).as(drill.story()).isTrue();
    assertThat(ending.errors()).as(drill.story()).anyMatch(error -> error.startsWith("ATTACH"));
    assertThat(drill.writable()).as(drill.story()).containsExactly(2);
    assertThat(lab.value(1, "SELECT @@GLOBAL.super_read_only")).isEqualTo("1");
    assertThat(lab.replicatesFrom(3, 2)).as(drill.story()).isTrue();
    locks.execute("UNLOCK TABLES");
    locks.execute("UNLOCK INSTANCE");
    writer.awaitMore(100);
    writer.close();
    assertThat(drill.writable()).as(drill.story()).containsExactly(2);
    lab.awaitCaughtUp(3, 2);
    assertThat(Writer.idsOn(lab, 3)).containsAll(writer.acknowledged());
  }
}
