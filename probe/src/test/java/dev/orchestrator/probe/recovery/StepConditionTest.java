package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.recovery.ServerReading.SemiSync;
import dev.orchestrator.store.model.RecoveryStep;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a server must be like for a step, and what may be said of the loss. */
class StepConditionTest {
  private static final DurabilityPolicy POLICY =
      new DurabilityPolicy(true, 1, Set.of(Readings.uuid(2)), 1, "AFTER_SYNC", 10_000, "");

  @Test
  void nobodyBecomesWritableWithoutTheOldPrimarysPromise() {
    assertThat(obstacle(promising(server(9, 9), false), StepKind.SET_WRITABLE))
        .get()
        .asString()
        .contains("does not wait for replicas");
    assertThat(obstacle(promising(server(9, 9), true), StepKind.SET_WRITABLE)).isEmpty();
  }

  @Test
  void aReplicaDoesNotBecomeWritable() {
    assertThat(obstacle(Readings.replica(2, 9).read().reading(), StepKind.SET_WRITABLE))
        .get()
        .asString()
        .contains("still replicates");
  }

  @Test
  void whatIsOnlyInTheRelayLogIsNotApplied() {
    ServerReading behind = Readings.replica(2, 5).received(9).read().reading();
    ServerReading done = Readings.replica(2, 9).received(9).read().reading();
    assertThat(holds(behind, StepKind.WAIT_APPLIED)).isFalse();
    assertThat(holds(done, StepKind.WAIT_APPLIED)).isTrue();
  }

  @Test
  void lossIsNoneOnlyWithoutAnyDoubt() {
    Gathering gathering =
        Gathering.of(
            Readings.DEAD,
            Gathering.Place.UNKNOWN,
            Set.of(Readings.DEAD_UUID),
            List.of(Readings.replica(2, 9).read()),
            new java.util.TreeMap<>(),
            POLICY);
    Choice.Promote promote = (Choice.Promote) CandidateSelector.choose(gathering);
    DurabilityPolicy doubtful =
        new DurabilityPolicy(true, 1, Set.of(Readings.uuid(2)), 1, "AFTER_SYNC", 1, "fell back");
    assertThat(LossStatement.ofPromotion(promote, POLICY, java.util.Optional.empty()))
        .contains("acknowledged transactions lost: none");
    assertThat(LossStatement.ofPromotion(promote, doubtful, java.util.Optional.empty()))
        .contains("unknown: fell back");
  }

  private static ServerReading server(int executed, int received) {
    return Readings.replica(2, executed).received(received).read().reading();
  }

  /** Follows nobody, and keeps the promise or not. */
  private static ServerReading promising(ServerReading server, boolean keeps) {
    SemiSync old = server.semiSync();
    SemiSync semiSync =
        new SemiSync(old.words(), true, true, keeps, false, 1, "AFTER_SYNC", 10_000);
    return new ServerReading(
        server.key(),
        server.uuid(),
        server.version(),
        true,
        true,
        true,
        true,
        "ON",
        server.executed(),
        server.purged(),
        Optional.empty(),
        0,
        semiSync);
  }

  private static Optional<String> obstacle(ServerReading server, StepKind kind) {
    return ServerAction.of(kind).orElseThrow().obstacle(server, step(server, kind));
  }

  private static boolean holds(ServerReading server, StepKind kind) {
    return ServerAction.of(kind).orElseThrow().holds(server, step(server, kind));
  }

  private static RecoveryStep step(ServerReading server, StepKind kind) {
    Map<String, String> arguments = new HashMap<>(POLICY.arguments());
    arguments.put(RecoveryPlanner.TRANSACTIONS, Readings.DEAD_UUID + ":1-9");
    return RecoveryStep.planned(1, kind.name(), server.key(), server.uuid(), arguments, "");
  }
}
