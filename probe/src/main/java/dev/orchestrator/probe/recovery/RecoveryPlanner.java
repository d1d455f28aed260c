package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Choice.Follower;
import dev.orchestrator.probe.recovery.Choice.Promote;
import dev.orchestrator.probe.recovery.Choice.Refuse;
import dev.orchestrator.probe.recovery.Plan.Target;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.StringJoiner;

/** Turns what is known into the steps that replace a dead primary. Pure. */
final class RecoveryPlanner {
  /** Arguments of {@link StepKind#DECIDE}. */
  static final String WINNER = "winner";

  static final String WINNER_UUID = "winnerUuid";
  static final String LEFT = "left";
  static final String REASON = "reason";
  static final String LOSS = "loss";

  /** {@link dev.orchestrator.probe.recovery.Follower#text}: replicas that are moved late. */
  static final String POSTPONED = "postponed";

  /** Argument of {@link StepKind#WAIT_APPLIED}: how long it may take, whatever the progress. */
  static final String WITHIN_MILLIS = "withinMillis";

  /** Arguments of steps on servers. */
  static final String TRANSACTIONS = "transactions";

  /** Whether the dead primary's settings were durable: "true", "false" or "unknown". */
  static final String DURABLE = "durable";

  /** Who may be writable by an earlier promotion; {@code ""} for nobody. */
  static final String PROMOTION_IN_DOUBT = "promotionInDoubt";

  static final String SOURCE_UUID = "sourceUuid";
  static final String SOURCE_HOST = "sourceHost";
  static final String SOURCE_PORT = "sourcePort";
  static final String SEMI_SYNC = "semiSync";

  /** Argument of {@link StepKind#REPOINT}: whether it begins to replicate at once. */
  static final String START = "start";

  /**
   * Argument of steps by which the winner receives what it lacks, and of {@link
   * StepKind#STOP_RECEIVER} in a later round: who passes it on.
   */
  static final String DONOR = "donor";

  static final String CLUSTER_ID = "clusterId";
  static final String EPOCH = "epoch";

  /** Arguments of {@link StepKind#RUN_HOOK}. */
  static final String HOOK_LIST = "list";

  static final String HOOK_LINE = "line";

  /** Stands for the new primary while nobody was chosen yet. */
  private static final String NOT_CHOSEN = "not chosen yet";

  private static final int PRE_HOOKS = 100;
  private static final int FENCE = 150;
  private static final int GATHER = 200;
  private static final int DECIDE = 300;
  private static final int END_DELAY = 350;
  private static final int DONATE = 360;
  private static final int FETCH = 370;
  private static final int APPLY = 400;
  private static final int DESIGNATE = 450;
  private static final int RESET = 500;
  private static final int SEMI_SYNC_STAGE = 550;
  private static final int PROMOTE = 600;

  static final String WINNER_LANE = "primary";
  static final String HOOK_LANE = "hooks";
  private static final String LOG_LANE = "log";
  static final String FENCE_LANE = "old primary";

  private final RecoveryConfig config;
  private final HookSteps hooks;

  RecoveryPlanner(RecoveryConfig config) {
    this.config = config;
    this.hooks = new HookSteps(config);
  }

  /**
   * The first steps of a round: hooks in the first one, then every receiver is stopped.
   *
   * @param replicas direct replicas of the dead primary, reachable or not
   */
  List<RecoveryStep> gather(
      Recovery recovery, Ledger ledger, List<Target> replicas, DurabilityPolicy policy) {
    return gather(recovery, ledger, replicas, policy, Map.of(DURABLE, "unknown"));
  }

  /**
   * As above.
   *
   * @param more further arguments of every step, for a later leader: {@link #DURABLE} and what the
   *     roll call found
   */
  List<RecoveryStep> gather(
      Recovery recovery,
      Ledger ledger,
      List<Target> replicas,
      DurabilityPolicy policy,
      Map<String, String> more) {
    return gather(recovery, ledger, replicas, policy, more, Optional.empty());
  }

  /**
   * As above.
   *
   * @param doubtful a server whose promotion has an unknown outcome: it is fenced first, too
   */
  List<RecoveryStep> gather(
      Recovery recovery,
      Ledger ledger,
      List<Target> replicas,
      DurabilityPolicy policy,
      Map<String, String> more,
      Optional<Target> doubtful) {
    int round = ledger.round() + 1;
    Plan plan = new Plan(ledger.size());
    Order order = Order.of(recovery.subject());
    if (round == 0 && order.hooks()) {
      hooks.add(plan, stage(round, PRE_HOOKS), "PreFailoverProcesses", true, HOOK_LANE, Map.of());
    }
    if (round == 0 && order.fencesFirst()) {
      plan.gate(
          stage(round, FENCE),
          StepKind.FENCE_OLD_PRIMARY,
          FENCE_LANE,
          new Target(recovery.subject().failedKey(), recovery.subject().failedUuid()),
          Map.of(WINNER_UUID, NOT_CHOSEN),
          recovery.subject().failedKey()
              + " is given up by "
              + order.command()
              + " and must not accept writes, should it answer");
    }
    if (round == 0 && order.fencesFirst() && doubtful.isPresent()) {
      plan.gate(
          stage(round, FENCE),
          StepKind.FENCE_OLD_PRIMARY,
          WINNER_LANE,
          doubtful.get(),
          Map.of(WINNER_UUID, NOT_CHOSEN),
          doubtful.get().key()
              + " may be writable: the outcome of its promotion is unknown, and it is given up");
    }
    Map<String, String> arguments = new HashMap<>(policy.arguments());
    arguments.putAll(more);
    arguments.put(SOURCE_UUID, recovery.subject().failedUuid());
    arguments.put(SOURCE_HOST, recovery.subject().failedKey().host());
    arguments.put(SOURCE_PORT, Integer.toString(recovery.subject().failedKey().port()));
    for (Target replica : replicas) {
      plan.attempt(
          stage(round, GATHER),
          StepKind.STOP_RECEIVER,
          replica.key().toString(),
          replica,
          withDonor(arguments, ledger, replica),
          "what " + replica.key() + " received must stand still before it is compared");
    }
    return plan.steps();
  }

  /** A replica that was to be promoted in an earlier round may follow its donor since. */
  private static Map<String, String> withDonor(
      Map<String, String> arguments, Ledger ledger, Target replica) {
    Map<String, String> all = new HashMap<>(arguments);
    ledger.of(StepKind.REPOINT).stream()
        .filter(step -> step.attempt() > 0 && step.target().equals(replica.key()))
        .filter(step -> step.arguments().containsKey(DONOR))
        .forEach(step -> all.put(DONOR, step.arguments().get(DONOR)));
    return all;
  }

  /** The steps that follow a choice. */
  List<RecoveryStep> act(
      ClusterRecord cluster, Ledger ledger, Choice choice, DurabilityPolicy policy, Order order) {
    int round = Math.max(0, ledger.round());
    Plan plan = new Plan(ledger.size());
    switch (choice) {
      case Refuse refuse ->
          plan.gate(
              stage(round, DECIDE),
              StepKind.DECIDE,
              HOOK_LANE,
              Target.NOBODY,
              Map.of(
                  REASON,
                  refuse.reason().publishedName() + ": " + refuse.text(),
                  LOSS,
                  LossStatement.ofRefusal(refuse, policy)),
              String.join("; ", refuse.lines()));
      case Promote promote -> promote(plan, ledger, cluster, promote, policy, order);
    }
    return plan.steps();
  }

  private void promote(
      Plan plan,
      Ledger ledger,
      ClusterRecord cluster,
      Promote promote,
      DurabilityPolicy policy,
      Order order) {
    int round = Math.max(0, ledger.round());
    ServerReading winner = promote.winner();
    Target target = Target.of(winner);
    String received = winner.received().toString();
    plan.gate(
        stage(round, DECIDE),
        StepKind.DECIDE,
        WINNER_LANE,
        Target.NOBODY,
        Map.of(
            WINNER, winner.key().toString(),
            WINNER_UUID, winner.uuid(),
            LEFT, left(promote.left()),
            POSTPONED, postponed(promote, policy),
            LOSS,
                LossStatement.ofPromotion(promote, policy, order.lossAcceptedBy())
                    + givenUp(ledger, order)),
        String.join("; ", promote.lines()));
    Map<String, String> arguments = new HashMap<>(policy.arguments());
    arguments.put(TRANSACTIONS, received);
    arguments.put(CLUSTER_ID, cluster.clusterId());
    arguments.put(EPOCH, Long.toString(cluster.epoch()));
    if (winner.channel().map(ServerReading.Channel::delayed).orElse(false)) {
      plan.gate(
          stage(round, END_DELAY),
          StepKind.END_DELAY,
          WINNER_LANE,
          target,
          Map.of(),
          winner.key()
              + " has no delay any more: "
              + order.delayEndedBy().orElse("nobody")
              + " said so");
    }
    promote.donor().ifPresent(donor -> fetch(plan, round, target, donor));
    plan.gate(
        stage(round, APPLY),
        StepKind.WAIT_APPLIED,
        WINNER_LANE,
        target,
        applied(received),
        winner.key() + " applies all that it received before it is writable");
    plan.attempt(
        stage(round, APPLY),
        StepKind.ROTATE_LOG,
        LOG_LANE,
        target,
        Map.of(),
        winner.key() + " has a short log to read when the others begin to follow it");
    plan.gate(
        stage(round, DESIGNATE),
        StepKind.DESIGNATE,
        WINNER_LANE,
        target,
        Map.of(CLUSTER_ID, cluster.clusterId(), EPOCH, Long.toString(cluster.epoch())),
        winner.key() + " is the primary by agreement");
    if (config.applyPromotion()) {
      // An applier that somebody started again would wait for acknowledgements, and the server with
      // it: replication ends before semi-sync begins.
      plan.gate(
          stage(round, RESET),
          StepKind.RESET_REPLICATION,
          WINNER_LANE,
          target,
          Map.of(TRANSACTIONS, received),
          winner.key() + " follows nobody any more");
      if (policy.semiSync()) {
        plan.gate(
            stage(round, SEMI_SYNC_STAGE),
            StepKind.SET_SEMI_SYNC,
            WINNER_LANE,
            target,
            policy.arguments(),
            winner.key() + " promises what the old primary promised: " + policy.words());
      }
      plan.gate(
              stage(round, PROMOTE),
              StepKind.SET_WRITABLE,
              WINNER_LANE,
              target,
              arguments,
              winner.key() + " becomes writable")
          .gate(
              stage(round, PROMOTE),
              StepKind.VERIFY_WRITABLE,
              WINNER_LANE,
              target,
              Map.of(),
              winner.key() + " is seen writable");
    }
    if (order.hooks()) {
      hooks.add(
          plan,
          stage(round, PROMOTE),
          "PostMasterFailoverProcesses",
          false,
          WINNER_LANE,
          Map.of(WINNER, winner.key().toString()));
    }
    if (!config.applyPromotion() && config.replicas().detachPromoted()) {
      plan.attempt(
          stage(round, PROMOTE),
          StepKind.DETACH,
          WINNER_LANE,
          target,
          AftermathPlanner.formerSource(ledger),
          winner.key() + " must not follow the old primary when that comes back");
    }
    for (Follower follower : promote.followers()) {
      if (!postpones(follower.reading())) {
        follow(plan, stage(round, PROMOTE), follower, winner, policy);
      }
    }
  }

  /** Only what a server has executed can be received from it. */
  private static void fetch(Plan plan, int round, Target winner, ServerReading donor) {
    Map<String, String> arguments = new HashMap<>();
    arguments.put(DONOR, donor.key().toString());
    arguments.put(TRANSACTIONS, donor.received().toString());
    arguments.put(SOURCE_UUID, donor.uuid());
    arguments.put(SOURCE_HOST, donor.key().host());
    arguments.put(SOURCE_PORT, Integer.toString(donor.key().port()));
    arguments.put(SEMI_SYNC, "false");
    arguments.put(START, "true");
    String why = winner.key() + " receives from " + donor.key() + " what it lacks";
    int stage = stage(round, FETCH);
    plan.gate(
            stage(round, DONATE),
            StepKind.WAIT_APPLIED,
            WINNER_LANE,
            Target.of(donor),
            arguments,
            donor.key() + " applies all that it received, to pass it on")
        .gate(stage, StepKind.REPOINT, WINNER_LANE, winner, arguments, why)
        .gate(stage, StepKind.START_REPLICATION, WINNER_LANE, winner, arguments, why)
        .gate(stage, StepKind.FETCH, WINNER_LANE, winner, arguments, why);
  }

  /** With a limit where policy would rather have no primary than wait for its applier. */
  private Map<String, String> applied(String received) {
    return config
        .promotion()
        .catchUpWithin()
        .map(limit -> Map.of(TRANSACTIONS, received, WITHIN_MILLIS, "" + limit.toMillis()))
        .orElseGet(() -> Map.of(TRANSACTIONS, received));
  }

  /** Whether a broken step says that policy wants no other try. */
  static boolean finallyBroken(RecoveryStep step) {
    return step.arguments().containsKey(WITHIN_MILLIS);
  }

  private boolean postpones(ServerReading replica) {
    return config
        .replicas()
        .postpones(replica.channel().map(ServerReading.Channel::delaySeconds).orElse(0L));
  }

  private String postponed(Promote promote, DurabilityPolicy policy) {
    return dev.orchestrator.probe.recovery.Follower.text(
        promote.followers().stream()
            .map(Follower::reading)
            .filter(this::postpones)
            .map(reading -> dev.orchestrator.probe.recovery.Follower.of(reading, policy))
            .toList());
  }

  /** What a person gives up who insists although an earlier promotion's outcome is unknown. */
  private static String givenUp(Ledger ledger, Order order) {
    String doubtful =
        ledger.of(StepKind.STOP_RECEIVER).stream()
            .findFirst()
            .map(step -> step.arguments().getOrDefault(PROMOTION_IN_DOUBT, ""))
            .orElse("");
    return order.insists() && !doubtful.isEmpty()
        ? "; given up: whatever " + doubtful + " accepted, whose promotion has an unknown outcome"
        : "";
  }

  private static void follow(
      Plan plan, int stage, Follower follower, ServerReading winner, DurabilityPolicy policy) {
    ServerReading replica = follower.reading();
    boolean delayed = replica.channel().map(ServerReading.Channel::delayed).orElse(false);
    boolean acks = policy.semiSync() && replica.semiSync().replicaSide() && !delayed;
    Map<String, String> arguments =
        Map.of(
            TRANSACTIONS, winner.received().toString(),
            SOURCE_UUID, winner.uuid(),
            SOURCE_HOST, winner.key().host(),
            SOURCE_PORT, Integer.toString(winner.key().port()),
            SEMI_SYNC, Boolean.toString(acks),
            START, "true");
    String why = replica.key() + " follows " + winner.key() + ": " + follower.why();
    String lane = replica.key().toString();
    plan.attempt(stage, StepKind.REPOINT, lane, Target.of(replica), arguments, why)
        .attempt(stage, StepKind.START_REPLICATION, lane, Target.of(replica), arguments, why);
  }

  static int stage(int round, int stage) {
    return round * Ledger.ROUND + stage;
  }

  private static String left(SortedMap<InstanceKey, String> left) {
    StringJoiner keys = new StringJoiner(",");
    left.keySet().forEach(key -> keys.add(key.toString()));
    return keys.toString();
  }
}
