package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Plan.Target;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Turns the outcome of replacing a dead primary into the steps that follow it up. Pure. */
final class AftermathPlanner {
  /** Behind the hooks that tell of the end. */
  private static final int LATE = 40;

  private final RecoveryConfig config;
  private final HookSteps hooks;

  AftermathPlanner(RecoveryConfig config) {
    this.config = config;
    this.hooks = new HookSteps(config);
  }

  /**
   * The last steps, once the outcome is known: hooks, and the fence around the old primary.
   *
   * @param successful the new primary is in place
   */
  List<RecoveryStep> finish(
      Recovery recovery, ClusterRecord cluster, Ledger ledger, boolean successful) {
    int round = Math.max(0, ledger.round());
    // Its own round: what broke before must not keep these from running.
    int stage = RecoveryPlanner.stage(round + 1, Ledger.AFTERMATH);
    Plan plan = new Plan(ledger.size());
    String list = successful ? "PostFailoverProcesses" : "PostUnsuccessfulFailoverProcesses";
    String winner =
        ledger
            .decision(round)
            .map(decision -> decision.arguments().getOrDefault(RecoveryPlanner.WINNER, ""))
            .orElse("");
    if (Order.of(recovery.subject()).hooks()) {
      hooks.add(
          plan,
          stage,
          list,
          false,
          RecoveryPlanner.HOOK_LANE,
          Map.of(RecoveryPlanner.WINNER, successful ? winner : ""));
    }
    if (successful && config.applyPromotion()) {
      String winnerUuid =
          ledger
              .decision(round)
              .map(d -> d.arguments().get(RecoveryPlanner.WINNER_UUID))
              .orElse("");
      plan.attempt(
          stage,
          StepKind.FENCE_OLD_PRIMARY,
          RecoveryPlanner.FENCE_LANE,
          new Target(recovery.subject().failedKey(), recovery.subject().failedUuid()),
          Map.of(RecoveryPlanner.WINNER_UUID, winnerUuid),
          "the old primary must not accept writes, should it answer");
    }
    if (successful) {
      lateOnes(plan, stage, ledger, round);
    }
    if (!successful && !ledger.promotionTried()) {
      restore(plan, stage, recovery, cluster, ledger);
    }
    return plan.steps();
  }

  /** Replicas that are moved late, and those that are lost and must not follow the old primary. */
  private void lateOnes(Plan plan, int stage, Ledger ledger, int round) {
    Map<String, String> decision =
        ledger.decision(round).map(RecoveryStep::arguments).orElse(Map.of());
    InstanceKey winner = InstanceKey.parse(decision.getOrDefault(RecoveryPlanner.WINNER, ":0"), 0);
    String received =
        ledger.of(StepKind.WAIT_APPLIED, round).stream()
            .reduce((_, winners) -> winners) // a donor applies before the winner does
            .map(step -> step.arguments().getOrDefault(RecoveryPlanner.TRANSACTIONS, ""))
            .orElse("");
    for (Follower follower : Follower.parse(decision.getOrDefault(RecoveryPlanner.POSTPONED, ""))) {
      Map<String, String> arguments =
          Map.of(
              RecoveryPlanner.TRANSACTIONS, received,
              RecoveryPlanner.SOURCE_UUID, decision.getOrDefault(RecoveryPlanner.WINNER_UUID, ""),
              RecoveryPlanner.SOURCE_HOST, winner.host(),
              RecoveryPlanner.SOURCE_PORT, Integer.toString(winner.port()),
              RecoveryPlanner.SEMI_SYNC, Boolean.toString(follower.acks()));
      String lane = follower.key().toString();
      String why = follower.key() + " follows " + winner + " last: it is delayed for long";
      plan.attempt(stage + LATE, StepKind.REPOINT, lane, follower.target(), arguments, why)
          .attempt(
              stage + LATE, StepKind.START_REPLICATION, lane, follower.target(), arguments, why);
    }
    if (config.replicas().detachLost()) {
      List<InstanceKey> lost = Outcomes.lost(ledger);
      for (RecoveryStep step : ledger.of(StepKind.STOP_RECEIVER, round)) {
        if (step.state() == RecoveryStep.State.DONE && lost.contains(step.target())) {
          plan.attempt(
              stage,
              StepKind.DETACH,
              step.target().toString(),
              new Target(step.target(), step.targetUuid()),
              formerSource(ledger),
              step.target() + " is lost and must not follow the old primary when that comes back");
        }
      }
    }
  }

  /** Nobody was promoted and nobody can be writable by us: things go back to what they were. */
  private static void restore(
      Plan plan, int stage, Recovery recovery, ClusterRecord cluster, Ledger ledger) {
    Target old = new Target(recovery.subject().failedKey(), recovery.subject().failedUuid());
    boolean moved = ledger.of(StepKind.DESIGNATE).stream().anyMatch(step -> step.attempt() > 0);
    if (moved && !cluster.primaryUuid().equals(old.uuid())) {
      plan.attempt(
          stage,
          StepKind.DESIGNATE,
          RecoveryPlanner.FENCE_LANE,
          old,
          Map.of(
              RecoveryPlanner.CLUSTER_ID,
              cluster.clusterId(),
              RecoveryPlanner.EPOCH,
              Long.toString(cluster.epoch())),
          old.key() + " is the primary still: nobody was made writable");
    }
    boolean fenced =
        ledger.of(StepKind.FENCE_OLD_PRIMARY).stream()
            .anyMatch(s -> s.attempt() > 0 && s.state() != RecoveryStep.State.SKIPPED);
    if (fenced) {
      plan.attempt(
          stage + 1,
          StepKind.RESTORE_WRITES,
          RecoveryPlanner.FENCE_LANE,
          old,
          Map.of(RecoveryPlanner.CLUSTER_ID, cluster.clusterId()),
          old.key() + " accepts writes again: nobody was promoted");
    }
    Set<InstanceKey> stopped = new TreeSet<>();
    for (RecoveryStep step : ledger.of(StepKind.STOP_RECEIVER)) {
      if (step.state() == RecoveryStep.State.DONE && stopped.add(step.target())) {
        plan.attempt(
            stage,
            StepKind.START_RECEIVER,
            step.target().toString(),
            new Target(step.target(), step.targetUuid()),
            Map.of(),
            step.target() + " waits for its source again: nobody was promoted");
      }
    }
  }

  /** Whom the stopped replicas followed. */
  static Map<String, String> formerSource(Ledger ledger) {
    Map<String, String> stopped =
        ledger.of(StepKind.STOP_RECEIVER).stream()
            .findFirst()
            .map(RecoveryStep::arguments)
            .orElse(Map.of());
    return Map.of(
        RecoveryPlanner.SOURCE_HOST, stopped.getOrDefault(RecoveryPlanner.SOURCE_HOST, ""),
        RecoveryPlanner.SOURCE_PORT, stopped.getOrDefault(RecoveryPlanner.SOURCE_PORT, "0"));
  }
}
