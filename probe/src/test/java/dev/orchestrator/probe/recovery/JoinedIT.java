package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A replica joins after its last visit, and the primary dies before the next one (as it may with
 * InstancePollSeconds 60): the only holder of an acknowledged transaction is one that no visit saw
 * follow the primary.
 */
class JoinedIT {
  private static final String NETWORK = "127.0.78";
  private static final int JOINED = 4;

  @TempDir Path folder;

  @Test
  void oneThatJoinedSinceTheLastVisitIsReadAndPromoted() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 4);
        Drill drill = new Drill(lab, folder)) {
      RecoverySupervisor supervisor = drill.lead();
      joinAndAcknowledgeAlone(lab, drill, supervisor);
      lab.kill9(1);

      Recovery.Ending ending = drill.recover(supervisor, 1).ending().orElseThrow();

      assertThat(ending.successor()).as(drill.story()).contains(drill.key(JOINED));
      assertThat(drill.writable()).containsExactly(JOINED);
      assertThat(Writer.idsOn(lab, JOINED)).contains(7L);
      lab.execute(JOINED, "INSERT INTO drill.ledger (id) VALUES (8)"); // does not hang
      for (int n = 2; n <= 3; n++) {
        lab.awaitCaughtUp(n, JOINED);
        assertThat(lab.replicatesFrom(n, JOINED)).as(drill.story()).isTrue();
      }
      assertThat(ending.lostReplicas()).as(drill.story()).isEmpty();
      assertThat(ending.lossStatement()).contains("semi-sync 1 of 3");
    }
  }

  @Test
  void oneThatJoinedSinceTheLastVisitAndDiedWithThePrimaryStopsTheRecovery() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 4);
        Drill drill = new Drill(lab, folder)) {
      RecoverySupervisor supervisor = drill.lead();
      joinAndAcknowledgeAlone(lab, drill, supervisor);
      lab.kill9(JOINED);
      lab.kill9(1);

      Recovery.Ending refused = drill.recover(supervisor, 1).ending().orElseThrow();

      assertThat(refused.successful()).as(drill.story()).isFalse();
      assertThat(refused.errors()).anyMatch(error -> error.startsWith("TooFewAckersRead"));
      assertThat(drill.writable()).isEmpty();

      lab.restart(JOINED);
      drill.acknowledge();
      Recovery.Ending again = drill.recover(supervisor, 1).ending().orElseThrow();
      assertThat(again.successful()).as(drill.story()).isFalse();
      assertThat(drill.story()).contains("it was restarted, and may have lost");
      assertThat(drill.writable()).isEmpty();
    }
  }

  @Test
  void oneThatLeftSinceTheLastVisitIsReportedAndCountedByWhatItHolds() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 4);
        Drill drill = new Drill(lab, folder)) {
      RecoverySupervisor supervisor = drill.lead();
      joinAndAcknowledgeAlone(lab, drill, supervisor);
      lab.execute(JOINED, "STOP REPLICA", "RESET REPLICA ALL");
      lab.kill9(1);

      Recovery.Ending refused = drill.recover(supervisor, 1).ending().orElseThrow();

      assertThat(refused.successful()).as(drill.story()).isFalse();
      assertThat(refused.errors()).anyMatch(error -> error.startsWith("TooFewAckersRead"));
      assertThat(drill.steps())
          .filteredOn(step -> step.kind().equals("DECIDE"))
          .singleElement()
          .satisfies(
              step ->
                  assertThat(step.why())
                      .contains(lab.key(JOINED))
                      .contains("1 transactions of it that no replica received"));
    }
  }

  /** Server 4 was seen alone; then it follows the primary, and it alone acknowledges id 7. */
  private static void joinAndAcknowledgeAlone(
      MySqlLab lab, Drill drill, RecoverySupervisor supervisor) {
    lab.execute(JOINED, "STOP REPLICA", "RESET REPLICA ALL");
    lab.awaitTrue("two ackers", () -> lab.semiSyncClients(1) == 2);
    drill.register(supervisor, 1);
    drill.unvisited(JOINED, true);
    lab.repoint(JOINED, 1);
    lab.awaitTrue("three ackers", () -> lab.semiSyncClients(1) == 3);
    drill.unvisited(1, true);
    lab.execute(2, "STOP REPLICA IO_THREAD");
    lab.execute(3, "STOP REPLICA IO_THREAD");
    lab.execute(1, "INSERT INTO drill.ledger (id) VALUES (7)");
    // What a crash finds in the relay log only is given up by relay_log_recovery.
    lab.awaitCaughtUp(JOINED, 1);
    drill.unvisited(1, false);
  }
}
