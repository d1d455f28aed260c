package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts is what replicas received; and sessions of earlier leaders end first. */
class ReceivedIT {
  private static final String NETWORK = "127.0.74";

  @TempDir Path folder;

  @Test
  void theReplicaThatReceivedMostWinsAlthoughItExecutedLeast() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder)) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      lab.execute(3, "STOP REPLICA SQL_THREAD");
      lab.execute(1, "INSERT INTO drill.ledger (id) VALUES (1), (2)");
      lab.awaitCaughtUp(2, 1);
      lab.execute(2, "STOP REPLICA IO_THREAD");
      // Seen before the last write: by that, neither replica forgot anything when it was started.
      drill.look();
      lab.execute(1, "INSERT INTO drill.ledger (id) VALUES (3)");
      lab.kill9(1);

      Recovery.Ending ending = drill.recover(supervisor, 1).ending().orElseThrow();

      assertThat(ending.successor()).as(drill.story()).contains(drill.key(3));
      assertThat(drill.writable()).containsExactly(3);
      assertThat(lab.value(3, "SELECT COUNT(*) FROM drill.ledger")).isEqualTo("3");
      lab.awaitCaughtUp(2, 3);
      assertThat(lab.value(2, "SELECT COUNT(*) FROM drill.ledger")).isEqualTo("3");
    }
  }

  @Test
  void anErrantReplicaIsNeitherPromotedNorRepointed() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 4);
        Drill drill = new Drill(lab, folder)) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      lab.execute(
          2,
          "SET GLOBAL super_read_only = OFF",
          "INSERT INTO drill.ledger (id) VALUES (77)",
          "SET GLOBAL super_read_only = ON");
      drill.look();
      lab.kill9(1);

      Recovery.Ending ending = drill.recover(supervisor, 1).ending().orElseThrow();

      assertThat(ending.successful()).as(drill.story()).isTrue();
      assertThat(ending.lostReplicas()).containsExactly(drill.key(2));
      assertThat(lab.replicaStatus(2)).containsEntry("Source_Host", lab.host(1));
      assertThat(ending.lossStatement()).contains(lab.key(2) + " left: holds transactions");
    }
  }

  /** Rule A4. */
  @Test
  void sessionsOfEarlierTermsAreGoneBeforeTheNextLeaderActs() throws Exception {
    try (MySqlLab lab = MySqlLab.startUnlinked(NETWORK, 1);
        Drill drill = new Drill(lab, folder)) {
      Duration limit = Duration.ofSeconds(30);
      String uid = "1:aaaaaaaaaaaaaaaaaaaaaaaa";
      AtomicReference<Exception> broken = new AtomicReference<>();
      CountDownLatch sent = new CountDownLatch(1);
      try (ServerSession old = open(drill, limit, uid, 1);
          ServerSession newer = open(drill, limit, uid, 3);
          ServerSession other = open(drill, limit, "1:bbbbbbbbbbbbbbbbbbbbbbbb", 1);
          ServerSession current = open(drill, limit, uid, 2)) {
        Thread hanging =
            Thread.ofVirtual()
                .start(
                    () -> {
                      sent.countDown();
                      try {
                        old.execute("DO SLEEP(60)");
                      } catch (java.sql.SQLException e) {
                        broken.set(e);
                      }
                    });
        sent.await();

        int killed = SessionReaper.reap(current, uid, 2, limit);

        assertThat(killed).isEqualTo(1);
        assertThat(hanging.join(limit)).isTrue();
        assertThat(broken.get()).isNotNull();
        assertThat(newer.read().uuid()).isEqualTo(other.read().uuid());
      }
    }
  }

  private static ServerSession open(Drill drill, Duration limit, String uid, long term)
      throws java.sql.SQLException {
    return ServerSession.open(drill.connector(), drill.key(1), limit, uid, term);
  }

  /** Our arithmetic is the server's. */
  @Test
  void gtidSetsAreThoseOfTheServer() {
    String a = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
    String b = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb";
    java.util.Random random = new java.util.Random(42);
    try (MySqlLab lab = MySqlLab.startUnlinked(NETWORK, 1)) {
      for (int i = 0; i < 200; i++) {
        String left = randomSet(random, a) + "," + randomSet(random, b);
        String right = randomSet(random, random.nextBoolean() ? a : b);
        GtidSet x = GtidSet.parse(left);
        GtidSet y = GtidSet.parse(right);
        String sql =
            "SELECT CONCAT_WS('|', GTID_SUBTRACT('%1$s', '%2$s'), GTID_SUBSET('%2$s', '%1$s'),"
                + " GTID_SUBTRACT('%1$s', ''))";
        String answer = lab.value(1, String.format(sql, left, right)).replace("\n", "");
        assertThat(x.minus(y) + "|" + (x.contains(y) ? 1 : 0) + "|" + x)
            .as(left + " and " + right)
            .isEqualTo(answer);
      }
    }
  }

  private static String randomSet(java.util.Random random, String uuid) {
    StringBuilder set = new StringBuilder(uuid);
    for (int i = 0; i <= random.nextInt(4); i++) {
      int first = 1 + random.nextInt(20);
      set.append(':').append(first);
      if (random.nextBoolean()) {
        set.append('-').append(first + random.nextInt(6));
      }
    }
    return set.toString();
  }
}
