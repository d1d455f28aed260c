package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.PromotionRule;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader that dies in the middle of a recovery leaves nothing that the next one cannot end. */
class TakeoverIT {
  private static final String NETWORK = "127.0.72";
  private static final int SERVERS = 3;

  @TempDir Path folder;

  /** Every how many commands a crash is tried; 1 tries all of them and takes minutes. */
  private static final int EVERY = Integer.getInteger("takeover.every", 3);

  /**
   * The leader crashes after each single ledger command in turn, which by turns still applies or
   * does not. Each time the next leader ends the recovery with one writable primary and no write
   * lost; then the dead server comes back as a replica and the next round begins.
   */
  @Test
  void everyCrashPointEndsWithOneWritablePrimary() throws Exception {
    everyCrashPoint(false);
  }

  /**
   * The same where the wanted primary lacks what was acknowledged, and another one passes it on.
   */
  @Test
  void everyCrashPointEndsWithThePreferredReplicaAsPrimary() throws Exception {
    everyCrashPoint(true);
  }

  /** The next server is preferred, and does not receive the last write. */
  private static void fallBehind(MySqlLab lab, Drill drill, int primary) {
    for (int n = 1; n <= SERVERS; n++) {
      PromotionRule rule = n == heir(primary) ? PromotionRule.PREFER : PromotionRule.NEUTRAL;
      drill.replicator().submit(new Command.RegisterCandidate(drill.key(n), rule), MySqlLab.LIMIT);
    }
    lab.execute(heir(primary), "STOP REPLICA IO_THREAD");
  }

  private static int heir(int primary) {
    return primary % SERVERS + 1;
  }

  private void everyCrashPoint(boolean passedOn) throws Exception {
    try (MySqlLab lab = MySqlLab.start(NETWORK, SERVERS);
        Drill drill = new Drill(lab, folder)) {
      drill.hooks(Map.of("PreFailoverProcesses", List.of("true")));
      long term = 1;
      int primary = 1;
      int total = Integer.MAX_VALUE;
      drill.register(drill.lead(ScriptedLog.steady(drill.replicator(), term)), primary);
      int writes = 0;
      int fetched = 0;
      int every = passedOn ? 2 * EVERY : EVERY;
      for (int crashAt = 1; crashAt <= total; crashAt += every) {
        lab.execute(primary, "INSERT INTO drill.ledger (id) VALUES (" + ++writes + ")");
        drill.look();
        if (passedOn) {
          fallBehind(lab, drill, primary);
          lab.execute(primary, "INSERT INTO drill.ledger (id) VALUES (" + ++writes + ")");
        }
        lab.kill9(primary);

        ScriptedLog dying =
            ScriptedLog.crashingAt(drill.replicator(), ++term, crashAt, crashAt % 2 == 0);
        RecoverySupervisor first = drill.lead(dying);
        crash(drill, first, dying, primary);
        first.close();
        total = dying.crashed() ? total : dying.ledgerCommands();

        RecoverySupervisor second = drill.lead(ScriptedLog.steady(drill.replicator(), ++term));
        second.leadershipChanged();
        Drill.await("the recovery's end").until(() -> !drill.newest().running());
        second.close();

        Recovery.Ending ending = drill.newest().ending().orElseThrow();
        String story = "crash at " + crashAt + "\n" + drill.story();
        assertThat(ending.successful()).as(story).isTrue();
        assertThat(drill.steps()).as(story).allMatch(Ledger::ended);
        int winner = drill.number(ending.successor().orElseThrow());
        if (!new Ledger(drill.steps()).of(StepKind.FETCH).isEmpty()) {
          assertThat(winner).as(story).isEqualTo(heir(primary));
          fetched++;
        }
        assertThat(drill.writable()).as(story).containsExactly(winner);
        for (int n = 1; n <= SERVERS; n++) {
          if (n != winner && n != primary) {
            assertThat(lab.replicatesFrom(n, winner)).as(story).isTrue();
          }
        }
        assertThat(lab.value(winner, "SELECT COUNT(*) FROM drill.ledger"))
            .as(story)
            .isEqualTo(Integer.toString(writes));
        comeBack(lab, drill, primary, winner);
        primary = winner;
      }
      assertThat(writes * every).isGreaterThan(20);
      assertThat(fetched * 2).isEqualTo(passedOn ? writes : 0);
    }
  }

  private static void crash(Drill drill, RecoverySupervisor first, ScriptedLog dying, int primary) {
    int before = drill.database().recoveries().newest(false, 0, 1000).size();
    Drill.await("a crash or an end")
        .until(
            () -> {
              if (dying.crashed()) {
                return true;
              }
              var dead = drill.dead(primary);
              first.consider(drill.look(), List.of(dead), List.of(dead));
              return drill.database().recoveries().newest(false, 0, 1000).size() > before
                  && !drill.newest().running();
            });
  }

  /** The old primary returns as a read-only replica, as a person would bring it back. */
  private static void comeBack(MySqlLab lab, Drill drill, int old, int primary) {
    lab.restart(old);
    lab.execute(
        old,
        "SET GLOBAL super_read_only = ON",
        "SET GLOBAL rpl_semi_sync_source_enabled = OFF",
        "SET GLOBAL rpl_semi_sync_replica_enabled = ON");
    lab.repoint(old, primary);
    lab.awaitReplicating();
    lab.awaitCaughtUp(old, primary);
    drill.awaitAge();
    drill.acknowledge();
  }
}
