package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Plan.Target;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Turns what is known into the steps by which a living primary hands over. Pure.
 *
 * <p>Replicas follow the new primary from the fence on, not before: until then they acknowledge the
 * old one's transactions. Nothing that can wait lies between the fence and the promotion: the old
 * primary is attached when the new one is seen writable, with an account that was read before. The
 * record moves while the new one catches up: nobody is writable then. A takeover that is given up
 * takes both back.
 */
final class TakeoverPlanner {
  /** Argument of {@link StepKind#DECIDE}: {@link Follower#text}. */
  static final String FOLLOWERS = "followers";

  /** Argument of {@link StepKind#ATTACH}: servers one of whose replication accounts is used. */
  static final String ACCOUNT_OF = "accountOf";

  private static final int DECIDE = 50;
  private static final int PRE_HOOKS = 100;
  private static final int ROTATE = 150;
  private static final int APPROACH = 160;
  private static final int FENCE = 200;
  private static final int HAND_OVER = 300;

  private static final int REVOKE = Ledger.AFTERMATH;
  private static final int UNDESIGNATE = Ledger.AFTERMATH + 10;
  private static final int RESTORE = Ledger.AFTERMATH + 20;
  private static final int FOLLOW_AGAIN = Ledger.AFTERMATH + 30;
  private static final int LAST_HOOKS = Ledger.AFTERMATH + 50;

  private static final String WINNER_LANE = RecoveryPlanner.WINNER_LANE;
  private static final String HOOK_LANE = RecoveryPlanner.HOOK_LANE;
  private static final String OLD_LANE = RecoveryPlanner.FENCE_LANE;
  private static final String RECORD_LANE = "record";
  private static final String STOP_LANE = "stop";
  private static final String PROMISE_LANE = "promise";

  private final HookSteps hooks;

  TakeoverPlanner(RecoveryConfig config) {
    this.hooks = new HookSteps(config);
  }

  /** The first steps: nothing is touched before the hooks are through, then writes stop. */
  List<RecoveryStep> begin(Ledger ledger, TakeoverCheck.Verdict verdict) {
    ServerReading old = verdict.primary().orElseThrow();
    ServerReading winner = verdict.designated().orElseThrow();
    Map<String, String> decision = new HashMap<>(verdict.policy().arguments());
    decision.put(RecoveryPlanner.WINNER, winner.key().toString());
    decision.put(RecoveryPlanner.WINNER_UUID, winner.uuid());
    decision.put(FOLLOWERS, Follower.text(verdict.followers()));
    decision.put(
        RecoveryPlanner.LEFT,
        verdict.left().keySet().stream()
            .map(InstanceKey::toString)
            .collect(Collectors.joining(",")));
    decision.put(
        RecoveryPlanner.LOSS,
        "policy: "
            + verdict.policy().words()
            + "; planned: the old primary stops accepting writes and the new one executes all of"
            + " its transactions first; acknowledged transactions lost: none");
    Plan plan = new Plan(ledger.size());
    plan.gate(
        DECIDE,
        StepKind.DECIDE,
        WINNER_LANE,
        Target.NOBODY,
        decision,
        winner.key() + " takes over from " + old.key() + left(verdict));
    hooks.add(plan, PRE_HOOKS, "PreGracefulTakeoverProcesses", true, HOOK_LANE, Map.of());
    hooks.add(plan, PRE_HOOKS + 1, "PreFailoverProcesses", true, HOOK_LANE, Map.of());
    plan.attempt(
        ROTATE,
        StepKind.ROTATE_LOG,
        WINNER_LANE,
        Target.of(winner),
        Map.of(),
        winner.key() + " has a short log to read when the others begin to follow it");
    plan.gate(
        APPROACH,
        StepKind.APPROACH,
        WINNER_LANE,
        Target.of(winner),
        Map.of(
            RecoveryPlanner.SOURCE_HOST, old.key().host(),
            RecoveryPlanner.SOURCE_PORT, Integer.toString(old.key().port())),
        winner.key() + " is nearly as far as " + old.key() + " before writes stop");
    plan.gate(
        FENCE,
        StepKind.FENCE_PRIMARY,
        OLD_LANE,
        Target.of(old),
        Map.of(),
        old.key() + " accepts no more writes, or keeps all of them");
    return plan.steps();
  }

  private static String left(TakeoverCheck.Verdict verdict) {
    return verdict.left().entrySet().stream()
        .map(entry -> "; " + entry.getKey() + " is lost: " + entry.getValue())
        .collect(Collectors.joining());
  }

  /**
   * The steps behind the fence, all in one stage: what they must wait for, they name.
   *
   * @param drained everything that the fenced primary has executed
   */
  List<RecoveryStep> handOver(
      Recovery recovery, ClusterRecord cluster, Ledger ledger, GtidSet drained) {
    RecoveryStep decision = ledger.decision(0).orElseThrow();
    DurabilityPolicy policy = DurabilityPolicy.of(decision.arguments());
    Target winner = winner(decision);
    Target old = old(recovery);
    Map<String, String> all = Map.of(RecoveryPlanner.TRANSACTIONS, drained.toString());
    Plan plan = new Plan(ledger.size());
    plan.gate(
        HAND_OVER,
        StepKind.CATCH_UP,
        WINNER_LANE,
        winner,
        all,
        winner.key() + " executes all that " + old.key() + " has executed");
    plan.gate(
        HAND_OVER,
        StepKind.VERIFY_FENCED,
        OLD_LANE,
        old,
        all,
        old.key() + " has executed nothing since, so that nothing is lost");
    Map<String, String> record =
        Map.of(
            RecoveryPlanner.CLUSTER_ID, cluster.clusterId(),
            RecoveryPlanner.EPOCH, Long.toString(cluster.epoch()));
    plan.gate(
        HAND_OVER,
        StepKind.DESIGNATE,
        RECORD_LANE,
        winner,
        record,
        winner.key() + " is the primary by agreement");
    promote(plan, winner, policy, all, record);
    Map<String, String> attach = follow(winner, drained, false);
    attach.put(ACCOUNT_OF, accountKeepers(decision));
    plan.attempt(
        HAND_OVER,
        StepKind.ATTACH,
        WINNER_LANE,
        old,
        attach,
        old.key() + " learns its new source, and the account that " + winner.key() + " used");
    hooks.add(
        plan,
        HAND_OVER,
        "PostMasterFailoverProcesses",
        false,
        WINNER_LANE,
        Map.of(RecoveryPlanner.WINNER, winner.key().toString()));
    for (Follower follower : followers(decision)) {
      Map<String, String> arguments = follow(winner, drained, follower.acks());
      arguments.put(RecoveryPlanner.START, "true");
      String lane = follower.key().toString();
      String why = follower.key() + " follows " + winner.key();
      plan.attempt(HAND_OVER, StepKind.REPOINT, lane, follower.target(), arguments, why)
          .attempt(HAND_OVER, StepKind.START_REPLICATION, lane, follower.target(), arguments, why);
    }
    return plan.steps();
  }

  private void promote(
      Plan plan,
      Target winner,
      DurabilityPolicy policy,
      Map<String, String> all,
      Map<String, String> record) {
    List<StepKind> before =
        new ArrayList<>(
            List.of(StepKind.VERIFY_FENCED, StepKind.DESIGNATE, StepKind.STOP_REPLICATION));
    plan.gate(
            HAND_OVER,
            StepKind.STOP_REPLICATION,
            STOP_LANE,
            winner,
            all,
            winner.key() + " follows nobody any more")
        .needing(StepKind.CATCH_UP)
        .ahead();
    if (policy.semiSync()) {
      before.add(StepKind.SET_SEMI_SYNC);
      plan.gate(
              HAND_OVER,
              StepKind.SET_SEMI_SYNC,
              PROMISE_LANE,
              winner,
              policy.arguments(),
              winner.key() + " promises what the old primary promises: " + policy.words())
          .needing(StepKind.CATCH_UP)
          .ahead();
    }
    Map<String, String> writable = new HashMap<>(policy.arguments());
    writable.putAll(all);
    writable.putAll(record);
    plan.gate(
            HAND_OVER,
            StepKind.SET_WRITABLE,
            WINNER_LANE,
            winner,
            writable,
            winner.key() + " becomes writable")
        .needing(before.toArray(StepKind[]::new))
        .gate(
            HAND_OVER,
            StepKind.VERIFY_WRITABLE,
            WINNER_LANE,
            winner,
            Map.of(),
            winner.key() + " is seen writable")
        .attempt(
            HAND_OVER,
            StepKind.RESET_REPLICATION,
            WINNER_LANE,
            winner,
            all,
            winner.key() + " forgets whom it followed");
  }

  /** Who knows, or knew, with which account to replicate in this cluster: the new primary first. */
  private static String accountKeepers(RecoveryStep decision) {
    return Stream.concat(
            Stream.of(winner(decision).key()), followers(decision).stream().map(Follower::key))
        .map(InstanceKey::toString)
        .collect(Collectors.joining(","));
  }

  private static Map<String, String> follow(Target source, GtidSet transactions, boolean acks) {
    Map<String, String> arguments = new HashMap<>();
    arguments.put(RecoveryPlanner.TRANSACTIONS, transactions.toString());
    arguments.put(RecoveryPlanner.SOURCE_UUID, source.uuid());
    arguments.put(RecoveryPlanner.SOURCE_HOST, source.key().host());
    arguments.put(RecoveryPlanner.SOURCE_PORT, Integer.toString(source.key().port()));
    arguments.put(RecoveryPlanner.SEMI_SYNC, Boolean.toString(acks));
    return arguments;
  }

  /** The last steps of a takeover that came to its end. */
  List<RecoveryStep> finish(Recovery recovery, Ledger ledger) {
    RecoveryStep decision = ledger.decision(0).orElseThrow();
    Target winner = winner(decision);
    Target old = old(recovery);
    Map<String, String> successor = Map.of(RecoveryPlanner.WINNER, winner.key().toString());
    int base = RecoveryPlanner.stage(1, Ledger.AFTERMATH);
    Plan plan = new Plan(ledger.size());
    hooks.add(plan, base, "PostFailoverProcesses", false, HOOK_LANE, successor);
    if (DurabilityPolicy.of(decision.arguments()).semiSync()) {
      plan.attempt(
          base,
          StepKind.BECOME_REPLICA,
          OLD_LANE,
          old,
          Map.of(),
          old.key() + " acknowledges and waits for nobody");
    }
    if (Order.of(recovery.subject()).startsOldPrimary()) {
      plan.attempt(
          base,
          StepKind.START_REPLICATION,
          OLD_LANE,
          old,
          follow(winner, GtidSet.EMPTY, false),
          old.key() + " follows " + winner.key());
    }
    hooks.add(
        plan,
        RecoveryPlanner.stage(1, LAST_HOOKS),
        "PostGracefulTakeoverProcesses",
        false,
        HOOK_LANE,
        successor);
    return plan.steps();
  }

  /**
   * The last steps of a takeover that is given up: the old primary accepts writes again, unless the
   * new one may have accepted some.
   */
  List<RecoveryStep> giveUp(Recovery recovery, ClusterRecord cluster, Ledger ledger) {
    Plan plan = new Plan(ledger.size());
    ledger.decision(0).ifPresent(decision -> giveUp(plan, recovery, cluster, ledger, decision));
    // Hooks last, and in a round of their own: they run whatever became of the rest.
    hooks.add(
        plan,
        RecoveryPlanner.stage(2, LAST_HOOKS),
        "PostUnsuccessfulFailoverProcesses",
        false,
        HOOK_LANE,
        Map.of());
    return plan.steps();
  }

  private static void giveUp(
      Plan plan, Recovery recovery, ClusterRecord cluster, Ledger ledger, RecoveryStep decision) {
    Target winner = winner(decision);
    Target old = old(recovery);
    GtidSet drained = drained(ledger);
    if (ledger.promotionTried()) {
      plan.gate(
          RecoveryPlanner.stage(1, REVOKE),
          StepKind.REVOKE_PROMOTION,
          WINNER_LANE,
          winner,
          Map.of(RecoveryPlanner.TRANSACTIONS, drained.toString()),
          winner.key() + " must be read-only before " + old.key() + " accepts writes again");
    }
    if (!cluster.primaryUuid().equals(old.uuid())) {
      plan.gate(
          RecoveryPlanner.stage(1, UNDESIGNATE),
          StepKind.DESIGNATE,
          OLD_LANE,
          old,
          Map.of(
              RecoveryPlanner.CLUSTER_ID, cluster.clusterId(),
              RecoveryPlanner.EPOCH, Long.toString(cluster.epoch())),
          old.key() + " is the primary again");
    }
    if (tried(ledger, StepKind.FENCE_PRIMARY)) {
      plan.gate(
          RecoveryPlanner.stage(1, RESTORE),
          StepKind.RESTORE_WRITES,
          OLD_LANE,
          old,
          Map.of(RecoveryPlanner.CLUSTER_ID, cluster.clusterId()),
          old.key() + " accepts writes again");
    }
    int again = RecoveryPlanner.stage(1, FOLLOW_AGAIN);
    if (tried(ledger, StepKind.SET_SEMI_SYNC) || tried(ledger, StepKind.STOP_REPLICATION)) {
      resume(plan, again, winner, old, drained, followers(decision));
    }
    for (Follower follower : followers(decision)) {
      boolean moved =
          ledger.of(StepKind.REPOINT).stream()
              .anyMatch(step -> step.attempt() > 0 && step.target().equals(follower.key()));
      if (moved) {
        Map<String, String> arguments = follow(old, drained, follower.acks());
        String why = follower.key() + " follows " + old.key() + " again";
        String lane = follower.key().toString();
        plan.attempt(again, StepKind.REPOINT, lane, follower.target(), arguments, why)
            .attempt(again, StepKind.START_REPLICATION, lane, follower.target(), arguments, why);
      }
    }
  }

  /** The designated server is a replica again. */
  private static void resume(
      Plan plan, int stage, Target winner, Target old, GtidSet drained, List<Follower> followers) {
    Map<String, String> arguments = follow(old, drained, true);
    Optional<Follower> witness = followers.stream().findFirst();
    witness.ifPresent(follower -> arguments.put(ACCOUNT_OF, follower.key().toString()));
    String why = winner.key() + " follows " + old.key() + " again";
    plan.attempt(stage, StepKind.ATTACH, WINNER_LANE, winner, arguments, why)
        .attempt(stage, StepKind.BECOME_REPLICA, WINNER_LANE, winner, arguments, why)
        .attempt(stage, StepKind.START_REPLICATION, WINNER_LANE, winner, arguments, why);
  }

  private static boolean tried(Ledger ledger, StepKind kind) {
    return ledger.of(kind).stream()
        .anyMatch(step -> step.attempt() > 0 && step.state() != RecoveryStep.State.SKIPPED);
  }

  private static GtidSet drained(Ledger ledger) {
    return ledger.of(StepKind.CATCH_UP).stream()
        .findFirst()
        .map(ServerAction::transactions)
        .orElse(GtidSet.EMPTY);
  }

  private static List<Follower> followers(RecoveryStep decision) {
    return Follower.parse(ServerAction.argument(decision, FOLLOWERS));
  }

  static Target winner(RecoveryStep decision) {
    return new Target(
        InstanceKey.parse(ServerAction.argument(decision, RecoveryPlanner.WINNER), 0),
        ServerAction.argument(decision, RecoveryPlanner.WINNER_UUID));
  }

  private static Target old(Recovery recovery) {
    return new Target(recovery.subject().failedKey(), recovery.subject().failedUuid());
  }
}
