package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader that dies in the middle of a planned takeover leaves one writable primary behind. */
class PlannedCrashIT {
  private static final String NETWORK = "127.0.77";
  private static final int SERVERS = 3;

  /** Every how many commands a crash is tried; 1 tries all of them. */
  private static final int EVERY = Integer.getInteger("takeover.every", 3);

  @TempDir Path folder;

  /**
   * The leader crashes after each ledger command in turn, which by turns still applies or does not;
   * the next one goes on or gives up. Writes never stop for good and none is lost.
   */
  @Test
  void everyCrashPointEndsWithOneWritablePrimary() throws Exception {
    try (MySqlLab lab = MySqlLab.start(NETWORK, SERVERS);
        Drill drill = new Drill(lab, folder)) {
      drill.hooks(Map.of("PreGracefulTakeoverProcesses", List.of("true")));
      long term = 1;
      int primary = 1;
      int total = Integer.MAX_VALUE;
      drill.register(drill.lead(ScriptedLog.steady(drill.replicator(), term)), primary);
      int rounds = 0;
      for (int crashAt = 1; crashAt <= total; crashAt += EVERY) {
        try (Writer writer = Writer.start(lab, primary)) {
          writer.awaitMore(10);
          ScriptedLog dying =
              ScriptedLog.crashingAt(drill.replicator(), ++term, crashAt, crashAt % 2 == 0);
          RecoverySupervisor first = drill.lead(dying);
          int heir = primary % SERVERS + 1;
          String uid = drill.order(first, OrderKind.TAKEOVER_AUTO, Optional.of(drill.key(heir)));
          Drill.await("a crash or an end")
              .until(() -> dying.crashed() || !drill.newest().running());
          first.close();
          total = dying.crashed() ? total : dying.ledgerCommands();

          RecoverySupervisor second = drill.lead(ScriptedLog.steady(drill.replicator(), ++term));
          second.leadershipChanged();
          Drill.await("the takeover's end").until(() -> !drill.newest().running());
          second.close();

          Recovery recovery = drill.database().recoveries().byUid(uid).orElseThrow();
          Recovery.Ending ending = recovery.ending().orElseThrow();
          String story = "crash at " + crashAt + "\n" + drill.story();
          assertThat(ending.successful()).as(story).isTrue();
          assertThat(drill.steps()).as(story).allMatch(Ledger::ended);
          assertThat(drill.writable()).as(story).containsExactly(heir);
          writer.awaitMore(10);
          writer.close();
          assertThat(drill.database().clusters().all())
              .singleElement()
              .satisfies(record -> assertThat(record.primaryKey()).isEqualTo(drill.key(heir)));
          for (int n = 1; n <= SERVERS; n++) {
            if (n != heir) {
              assertThat(lab.replicatesFrom(n, heir)).as(story).isTrue();
              lab.awaitCaughtUp(n, heir);
            }
            assertThat(Writer.idsOn(lab, n)).as(story).containsAll(writer.acknowledged());
          }
          primary = heir;
          rounds++;
        }
      }
      assertThat(rounds * EVERY).isGreaterThan(20);
    }
  }
}
