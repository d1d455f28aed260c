package dev.orchestrator.jepsen.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short form of {@code scripts/raft-kill-rounds} and {@code scripts/raft-failover}. */
class KillRoundsIT {
  /** One round for each fault. */
  private static final int ROUNDS = KillRounds.Fault.values().length;

  /** Far above what is promised: this machine may be busy with anything. */
  private static final double BUSY_MACHINE_MILLIS = 10_000;

  @TempDir Path folder;

  @Test
  void noAcknowledgedNumberIsLostWhicheverMembersAreKilled() throws Exception {
    int acknowledged = new KillRounds(System.nanoTime(), System.out).run(ROUNDS, folder);
    assertThat(acknowledged).isGreaterThan(ROUNDS);
  }

  @Test
  void aKilledAndATerminatedLeaderAreReplaced() throws Exception {
    List<Double> killed = FailoverRounds.measure(2, true, folder.resolve("kill"), System.out);
    List<Double> terminated = FailoverRounds.measure(2, false, folder.resolve("term"), System.out);
    assertThat(killed.getLast()).isLessThan(BUSY_MACHINE_MILLIS);
    assertThat(terminated.getLast()).isLessThan(BUSY_MACHINE_MILLIS);
  }
}
