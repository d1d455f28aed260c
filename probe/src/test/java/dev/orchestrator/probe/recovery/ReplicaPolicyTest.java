package dev.orchestrator.probe.recovery;

import static dev.orchestrator.probe.recovery.Readings.DEAD;
import static dev.orchestrator.probe.recovery.Readings.DEAD_UUID;
import static dev.orchestrator.probe.recovery.Readings.key;
import static dev.orchestrator.probe.recovery.Readings.replica;
import static dev.orchestrator.probe.recovery.Readings.uuid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.model.RecoveryStep.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What configuration makes of replicas that are lost, late, or not up to date. */
class ReplicaPolicyTest {
  private static final ReplicaPolicy DETACHING = new ReplicaPolicy(true, true, Duration.ZERO);
  private static final ReplicaPolicy POSTPONING =
      new ReplicaPolicy(false, false, Duration.ofMinutes(1));
  private static final ClusterRecord CLUSTER = new ClusterRecord("c1", DEAD_UUID, DEAD, 4, "");

  /** Fit, errant, and delayed by an hour. */
  private static final Gathering GATHERING =
      Gathering.of(
          DEAD,
          Gathering.Place.UNKNOWN,
          Set.of(DEAD_UUID),
          List.of(
              replica(2, 5).read(), replica(3, 5).errant().read(), replica(4, 3).delayed().read()),
          Map.of(),
          DurabilityPolicy.ASYNCHRONOUS);

  @Test
  void lostReplicaIsDetachedWhenAllIsOverAndOnlyThen() {
    RecoveryConfig config = config(DETACHING, PromotionPolicy.FREE, true);
    List<RecoveryStep> acted = act(config);
    assertThat(of(acted, StepKind.DETACH)).isEmpty();
    List<RecoveryStep> finish = finish(config, acted, true);
    RecoveryStep detach = of(finish, StepKind.DETACH).getFirst();
    assertThat(detach.target()).isEqualTo(key(3));
    assertThat(detach.targetUuid()).isEqualTo(uuid(3));
    assertThat(ServerAction.source(detach)).isEqualTo(DEAD);
    assertThat(Ledger.gating(detach)).isFalse();
    assertThat(of(finish, StepKind.DETACH)).hasSize(1);
    assertThat(of(finish(config, acted, false), StepKind.DETACH))
        .as("nobody was promoted: everybody waits for the old primary")
        .isEmpty();
    RecoveryConfig plain = config(ReplicaPolicy.PLAIN, PromotionPolicy.FREE, true);
    assertThat(of(finish(plain, acted, true), StepKind.DETACH)).isEmpty();
  }

  @Test
  void promotedServerIsDetachedWhereOthersMakeItWritable() {
    List<RecoveryStep> left = act(config(DETACHING, PromotionPolicy.FREE, false));
    assertThat(of(left, StepKind.DETACH)).extracting(RecoveryStep::target).containsExactly(key(2));
    assertThat(of(left, StepKind.SET_WRITABLE)).isEmpty();
  }

  @Test
  void detachingIsRepeatableAndLosesNothing() {
    RecoveryStep step =
        RecoveryStep.planned(
            1,
            StepKind.DETACH.name(),
            key(3),
            uuid(3),
            Map.of(RecoveryPlanner.SOURCE_HOST, DEAD.host(), RecoveryPlanner.SOURCE_PORT, "3306"),
            "");
    ServerAction detach = ServerAction.of(StepKind.DETACH).orElseThrow();
    ServerReading applied = replica(3, 5).errant().read().reading();
    assertThat(detach.obstacle(applied, step)).isEmpty();
    assertThat(detach.holds(applied, step)).isFalse();
    assertThat(detach.obstacle(replica(3, 5).received(6).read().reading(), step))
        .hasValueSatisfying(why -> assertThat(why).contains("not applied"));
    ModelFleet fleet = new ModelFleet(GATHERING);
    fleet.run(step);
    ModelFleet again = new ModelFleet(GATHERING);
    again.run(step);
    again.run(step);
    assertThat(again).isEqualTo(fleet);
  }

  @Test
  void wordsOfDetachingKeepTheNameOfTheSource() {
    InstanceKey source = new InstanceKey("db1.example.com", 3307);
    assertThat(ReplicationWords.REPLICA.detach(source))
        .isEqualTo(
            "CHANGE REPLICATION SOURCE TO SOURCE_HOST='//db1.example.com', SOURCE_PORT=3307");
    assertThat(ReplicationWords.OLD.detach(source))
        .isEqualTo("CHANGE MASTER TO MASTER_HOST='//db1.example.com', MASTER_PORT=3307");
  }

  @Test
  void delayedReplicaFollowsLastAfterTheHooks() {
    RecoveryConfig config = config(POSTPONING, PromotionPolicy.FREE, true);
    List<RecoveryStep> acted = act(config);
    assertThat(of(acted, StepKind.REPOINT)).isEmpty();
    List<RecoveryStep> finish = finish(config, acted, true);
    RecoveryStep repoint = of(finish, StepKind.REPOINT).getFirst();
    RecoveryStep hook = of(finish, StepKind.RUN_HOOK).getFirst();
    assertThat(Ledger.stage(repoint)).isGreaterThan(Ledger.stage(hook));
    assertThat(repoint.target()).isEqualTo(key(4));
    assertThat(ServerAction.source(repoint)).isEqualTo(key(2));
    assertThat(ServerAction.transactions(repoint)).isEqualTo(winner().received());
    assertThat(of(finish, StepKind.START_REPLICATION)).hasSize(1);
    List<RecoveryStep> all = new ArrayList<>(done(acted).steps());
    finish.forEach(step -> all.add(ended(step, Ledger.is(step, StepKind.START_REPLICATION))));
    assertThat(Outcomes.lost(new Ledger(all))).as("it failed").contains(key(4));
    assertThat(of(act(config(ReplicaPolicy.PLAIN, PromotionPolicy.FREE, true)), StepKind.REPOINT))
        .extracting(RecoveryStep::target)
        .containsExactly(key(4));
  }

  @Test
  void applierIsWaitedForOnlySoLongWherePolicySaysSo() {
    PromotionPolicy strict =
        new PromotionPolicy(
            List.of(), false, false, Duration.ZERO, Optional.of(Duration.ofSeconds(3)));
    ServerAction wait = ServerAction.of(StepKind.WAIT_APPLIED).orElseThrow();
    RecoveryStep limited =
        of(act(config(ReplicaPolicy.PLAIN, strict, true)), StepKind.WAIT_APPLIED).getFirst();
    assertThat(wait.limit(limited)).contains(Duration.ofSeconds(3));
    assertThat(RecoveryPlanner.finallyBroken(limited)).isTrue();
    RecoveryStep patient =
        of(act(config(ReplicaPolicy.PLAIN, PromotionPolicy.FREE, true)), StepKind.WAIT_APPLIED)
            .getFirst();
    assertThat(wait.limit(patient)).isEmpty();
    assertThat(RecoveryPlanner.finallyBroken(patient)).isFalse();
  }

  private static ServerReading winner() {
    return GATHERING.replicas().getFirst().reading();
  }

  private static List<RecoveryStep> finish(
      RecoveryConfig config, List<RecoveryStep> acted, boolean successful) {
    return new AftermathPlanner(config).finish(recovery(), CLUSTER, done(acted), successful);
  }

  private static List<RecoveryStep> act(RecoveryConfig config) {
    List<RecoveryStep> stopped = stopped();
    List<RecoveryStep> steps = new ArrayList<>(stopped);
    steps.addAll(
        new RecoveryPlanner(config)
            .act(
                CLUSTER,
                new Ledger(stopped),
                CandidateSelector.choose(GATHERING),
                GATHERING.policy(),
                new Order("", Optional.empty())));
    return steps;
  }

  private static List<RecoveryStep> stopped() {
    Plan plan = new Plan(0);
    for (int n = 2; n <= 4; n++) {
      plan.attempt(
          200,
          StepKind.STOP_RECEIVER,
          key(n).toString(),
          new Plan.Target(key(n), uuid(n)),
          Map.of(RecoveryPlanner.SOURCE_HOST, DEAD.host(), RecoveryPlanner.SOURCE_PORT, "3306"),
          "");
    }
    return plan.steps().stream().map(step -> ended(step, false)).toList();
  }

  private static Ledger done(List<RecoveryStep> steps) {
    return new Ledger(steps.stream().map(step -> ended(step, false)).toList());
  }

  private static RecoveryStep ended(RecoveryStep step, boolean failed) {
    return new RecoveryStep(
        step.number(),
        step.kind(),
        step.target(),
        step.targetUuid(),
        step.arguments(),
        step.why(),
        failed ? State.FAILED : State.DONE,
        1,
        1,
        Optional.of(Instant.EPOCH),
        Optional.of(Instant.EPOCH),
        "");
  }

  private static List<RecoveryStep> of(List<RecoveryStep> steps, StepKind kind) {
    return steps.stream().filter(step -> Ledger.is(step, kind)).toList();
  }

  private static RecoveryConfig config(
      ReplicaPolicy replicas, PromotionPolicy promotion, boolean applyPromotion) {
    return new RecoveryConfig(
        List.of("*"),
        Duration.ofHours(1),
        Duration.ZERO,
        Duration.ofHours(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        "bash",
        Map.of("PostFailoverProcesses", List.of("true")),
        applyPromotion,
        promotion,
        replicas,
        false,
        "n1",
        "here");
  }

  private static Recovery recovery() {
    Recovery.Subject subject =
        new Recovery.Subject(
            DeadPrimaryPlaybook.KIND,
            "c1",
            "db1:3306",
            "",
            DEAD,
            DEAD_UUID,
            "DeadMaster",
            "",
            List.of(key(2), key(3), key(4)),
            List.of(),
            0,
            "");
    return new Recovery(
        1,
        "1:a",
        subject,
        1,
        "n1",
        Instant.EPOCH,
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty());
  }
}
