package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What holds of every plan, whatever the replicas are like. */
class PlanPropertyTest {
  private static final RecoveryConfig CONFIG =
      new RecoveryConfig(
          List.of("*"),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          "bash",
          Map.of("PostMasterFailoverProcesses", List.of("true")),
          true,
          "n1",
          "here");
  private static final ClusterRecord CLUSTER =
      new ClusterRecord("c1", Readings.DEAD_UUID, Readings.DEAD, 4, "");

  @Property(tries = 2000)
  void dataIsAppliedAndThePromiseKeptBeforeThePrimaryIsWritable(@ForAll long seed) {
    Gathering gathering = CandidateSelectorPropertyTest.gathering(seed);
    if (CandidateSelector.choose(gathering) instanceof Choice.Promote promote) {
      List<RecoveryStep> steps = inOrder(plan(promote, gathering));
      int writable = first(steps, StepKind.SET_WRITABLE);
      assertThat(first(steps, StepKind.WAIT_APPLIED)).isBetween(0, writable);
      assertThat(first(steps, StepKind.DESIGNATE)).isBetween(0, writable);
      assertThat(first(steps, StepKind.RESET_REPLICATION)).isBetween(0, writable);
      if (gathering.policy().semiSync()) {
        assertThat(first(steps, StepKind.SET_SEMI_SYNC))
            .as("an applier would wait for acknowledgements")
            .isBetween(first(steps, StepKind.RESET_REPLICATION), writable);
      }
      int verified = first(steps, StepKind.VERIFY_WRITABLE);
      assertThat(verified).isGreaterThan(writable);
      assertThat(Ledger.gating(steps.get(verified))).isTrue();
      assertThat(first(steps, StepKind.RUN_HOOK)).isGreaterThan(verified);
    }
  }

  @Property(tries = 2000)
  void everyReplicaThatWasReadFollowsOrIsToldLost(@ForAll long seed) {
    Gathering gathering = CandidateSelectorPropertyTest.gathering(seed);
    if (CandidateSelector.choose(gathering) instanceof Choice.Promote promote) {
      List<RecoveryStep> steps = plan(promote, gathering);
      String left =
          steps.getFirst().arguments().getOrDefault(RecoveryPlanner.LEFT, "nothing is said");
      for (Gathering.Replica replica : gathering.replicas()) {
        boolean follows =
            steps.stream()
                .anyMatch(
                    step ->
                        Ledger.is(step, StepKind.START_REPLICATION)
                            && !step.arguments().containsKey(RecoveryPlanner.DONOR)
                            && step.target().equals(replica.key()));
        boolean winner = replica.key().equals(promote.winner().key());
        boolean told = left.contains(replica.key().toString());
        assertThat(List.of(follows, winner, told))
            .as(replica.key().toString())
            .containsOnlyOnce(true);
      }
    }
  }

  /** Leaders may die anywhere: what they did is done once more by the next one. */
  @Property(tries = 2000)
  void executedFromAnyPrefixAndTwiceAPlanEndsInTheSameState(@ForAll long seed) {
    Gathering gathering = CandidateSelectorPropertyTest.gathering(seed);
    if (CandidateSelector.choose(gathering) instanceof Choice.Promote promote) {
      List<RecoveryStep> steps = new ArrayList<>(inOrder(plan(promote, gathering)));
      steps.addAll(detached(promote, gathering));
      ModelFleet once = new ModelFleet(gathering);
      steps.forEach(once::run);
      assertThat(once.writable()).containsExactly(promote.winner().key());
      int prefix = new Random(seed).nextInt(steps.size() + 1);
      ModelFleet again = new ModelFleet(gathering);
      steps.subList(0, prefix).forEach(again::run);
      steps.forEach(again::run);
      steps.forEach(again::run);
      assertThat(again).as("prefix %d", prefix).isEqualTo(once);
    }
  }

  /** Lost replicas that have applied all that they received are kept from the old primary. */
  private static List<RecoveryStep> detached(Choice.Promote promote, Gathering gathering) {
    Plan plan = new Plan(100);
    gathering.replicas().stream()
        .filter(replica -> replica.reading().appliedAll())
        .map(Gathering.Replica::key)
        .filter(promote.left()::containsKey)
        .forEach(
            key ->
                plan.attempt(
                    Ledger.AFTERMATH,
                    StepKind.DETACH,
                    key.toString(),
                    new Plan.Target(key, ""),
                    Map.of(
                        RecoveryPlanner.SOURCE_HOST,
                        Readings.DEAD.host(),
                        RecoveryPlanner.SOURCE_PORT,
                        "3306"),
                    ""));
    return plan.steps();
  }

  @Property(tries = 200)
  void aTakeoverDrainsBeforeItPromotesAndRestoresWhatItFenced(@ForAll long seed) {
    Random random = new Random(seed);
    TakeoverPlanner planner = new TakeoverPlanner(CONFIG);
    List<RecoveryStep> steps = new ArrayList<>(decided());
    List<RecoveryStep> rest =
        planner.handOver(
            recovery(), CLUSTER, new Ledger(steps), GtidSet.parse(Readings.DEAD_UUID + ":1-9"));
    List<RecoveryStep> order = inOrder(rest);
    RecoveryStep writable = order.get(first(order, StepKind.SET_WRITABLE));
    RecoveryStep caughtUp = order.get(first(order, StepKind.CATCH_UP));
    assertThat(caughtUp.number()).isLessThan(writable.number());
    assertThat(caughtUp.arguments().get(Plan.LANE)).isEqualTo(writable.arguments().get(Plan.LANE));
    assertThat(Ledger.needs(writable))
        .containsExactlyInAnyOrder(
            order.get(first(order, StepKind.VERIFY_FENCED)).number(),
            order.get(first(order, StepKind.DESIGNATE)).number(),
            order.get(first(order, StepKind.STOP_REPLICATION)).number(),
            order.get(first(order, StepKind.SET_SEMI_SYNC)).number());
    assertThat(Ledger.ahead(writable)).as("its permission alone counts as a promotion").isFalse();
    for (StepKind ahead : List.of(StepKind.STOP_REPLICATION, StepKind.SET_SEMI_SYNC)) {
      RecoveryStep step = order.get(first(order, ahead));
      assertThat(Ledger.ahead(step)).isTrue();
      assertThat(Ledger.needs(step)).containsExactly(caughtUp.number());
    }
    assertThat(order)
        .allSatisfy(
            step -> assertThat(Ledger.needs(step)).allMatch(number -> number < step.number()));
    int tried = random.nextInt(order.size() + 1);
    for (int i = 0; i < order.size(); i++) {
      steps.add(i < tried ? intended(order.get(i)) : order.get(i));
    }
    Ledger ledger = new Ledger(steps);
    List<RecoveryStep> back = inOrder(planner.giveUp(recovery(), CLUSTER, ledger));
    int restored = first(back, StepKind.RESTORE_WRITES);
    assertThat(restored).isNotNegative();
    if (ledger.promotionTried()) {
      assertThat(first(back, StepKind.REVOKE_PROMOTION)).isBetween(0, restored);
    }
  }

  /**
   * As for a dead primary; and given up anywhere, the old primary accepts writes and nobody else.
   */
  @Property(tries = 500)
  void executedFromAnyPrefixAndTwiceATakeoverEndsInTheSameState(@ForAll long seed) {
    Random random = new Random(seed);
    TakeoverPlanner planner = new TakeoverPlanner(CONFIG);
    List<ServerReading> servers = takeover(1 + random.nextInt(9));
    List<RecoveryStep> begun = decided();
    List<RecoveryStep> order =
        inOrder(
            planner.handOver(
                recovery(),
                CLUSTER,
                new Ledger(begun),
                GtidSet.parse(Readings.DEAD_UUID + ":1-9")));
    ModelFleet once = new ModelFleet(servers);
    order.forEach(once::run);
    assertThat(once.writable()).containsExactly(Readings.key(2));
    int prefix = random.nextInt(order.size() + 1);
    ModelFleet again = new ModelFleet(servers);
    order.subList(0, prefix).forEach(again::run);
    order.forEach(again::run);
    order.forEach(again::run);
    assertThat(again).as("prefix %d", prefix).isEqualTo(once);

    List<RecoveryStep> steps = new ArrayList<>(begun);
    for (int i = 0; i < order.size(); i++) {
      steps.add(i < prefix ? intended(order.get(i)) : order.get(i));
    }
    List<RecoveryStep> back = inOrder(planner.giveUp(recovery(), CLUSTER, new Ledger(steps)));
    ModelFleet given = new ModelFleet(servers);
    order.subList(0, prefix).forEach(given::run);
    back.forEach(given::run);
    assertThat(given.writable()).as("given up after %d", prefix).containsExactly(Readings.DEAD);
    ModelFleet givenAgain = new ModelFleet(servers);
    order.subList(0, prefix).forEach(givenAgain::run);
    back.subList(0, random.nextInt(back.size() + 1)).forEach(givenAgain::run);
    back.forEach(givenAgain::run);
    back.forEach(givenAgain::run);
    assertThat(givenAgain).isEqualTo(given);
  }

  /** A fenced primary that executed nine transactions, and two replicas that received them. */
  private static List<ServerReading> takeover(int executed) {
    ServerReading model = Readings.replica(2, 9).read().reading();
    ServerReading old =
        new ServerReading(
            Readings.DEAD,
            Readings.DEAD_UUID,
            model.version(),
            true,
            true,
            true,
            true,
            "ON",
            GtidSet.parse(Readings.DEAD_UUID + ":1-9"),
            GtidSet.EMPTY,
            Optional.empty(),
            0,
            new ServerReading.SemiSync(
                model.semiSync().words(), true, true, true, false, 1, "AFTER_SYNC", 9));
    return List.of(
        old,
        Readings.replica(2, executed).received(9).read().reading(),
        Readings.replica(3, executed).received(9).read().reading());
  }

  /** A server of which something is still to come has not caught up. */
  @Property(tries = 200)
  void catchingUpIsHavingExecutedEverything(@ForAll long seed) {
    Random random = new Random(seed);
    int executed = 1 + random.nextInt(10);
    int wanted = 1 + random.nextInt(10);
    ServerReading server = Readings.replica(2, executed).received(10).read().reading();
    RecoveryStep step =
        RecoveryStep.planned(
            1,
            StepKind.CATCH_UP.name(),
            server.key(),
            server.uuid(),
            Map.of(RecoveryPlanner.TRANSACTIONS, Readings.DEAD_UUID + ":1-" + wanted),
            "");
    assertThat(ServerAction.of(StepKind.CATCH_UP).orElseThrow().holds(server, step))
        .isEqualTo(executed >= wanted);
  }

  private static List<RecoveryStep> decided() {
    DurabilityPolicy policy =
        new DurabilityPolicy(true, 1, java.util.Set.of(Readings.uuid(2)), 1, "AFTER_SYNC", 9, "");
    Map<String, String> decision = new HashMap<>(policy.arguments());
    decision.put(RecoveryPlanner.WINNER, Readings.key(2).toString());
    decision.put(RecoveryPlanner.WINNER_UUID, Readings.uuid(2));
    decision.put(
        TakeoverPlanner.FOLLOWERS,
        Follower.text(List.of(new Follower(Readings.key(3), Readings.uuid(3), true))));
    Plan plan = new Plan(0);
    plan.gate(50, StepKind.DECIDE, "w", Plan.Target.NOBODY, decision, "");
    Plan.Target old = new Plan.Target(Readings.DEAD, Readings.DEAD_UUID);
    plan.gate(200, StepKind.FENCE_PRIMARY, "o", old, Map.of(), "");
    return plan.steps().stream().map(PlanPropertyTest::intended).toList();
  }

  private static Recovery recovery() {
    Recovery.Subject subject =
        new Recovery.Subject(
            "planned",
            "c1",
            "db1:3306",
            "",
            Readings.DEAD,
            Readings.DEAD_UUID,
            "",
            "",
            List.of(Readings.key(2)),
            List.of(),
            0,
            Order.TAKEOVER_AUTO);
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

  private static RecoveryStep intended(RecoveryStep step) {
    return new RecoveryStep(
        step.number(),
        step.kind(),
        step.target(),
        step.targetUuid(),
        step.arguments(),
        step.why(),
        RecoveryStep.State.DONE,
        1,
        1,
        Optional.of(Instant.EPOCH),
        Optional.of(Instant.EPOCH),
        "");
  }

  private static List<RecoveryStep> plan(Choice choice, Gathering gathering) {
    return new RecoveryPlanner(CONFIG)
        .act(
            CLUSTER,
            new Ledger(List.of()),
            choice,
            gathering.policy(),
            new Order("", Optional.<InstanceKey>empty()));
  }

  private static List<RecoveryStep> inOrder(List<RecoveryStep> steps) {
    return steps.stream()
        .sorted(Comparator.comparingInt(Ledger::stage).thenComparingInt(RecoveryStep::number))
        .toList();
  }

  private static int first(List<RecoveryStep> steps, StepKind kind) {
    for (int i = 0; i < steps.size(); i++) {
      if (Ledger.is(steps.get(i), kind)) {
        return i;
      }
    }
    return -1;
  }
}
