package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Choice.Promote;
import dev.orchestrator.probe.recovery.Choice.Refuse;
import dev.orchestrator.probe.recovery.Gathering.Passing;
import dev.orchestrator.probe.recovery.Gathering.Place;
import dev.orchestrator.probe.recovery.Gathering.Replica;
import dev.orchestrator.probe.recovery.Plan.Target;
import dev.orchestrator.probe.recovery.TakeoverCheck.Verdict;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.sql.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Says what would be done, from what visits have seen and the log has agreed; touches nothing.
 * Thread-safe.
 */
final class Advisor {
  private final Database database;
  private final RecoveryConfig config;
  private final RecoveryPlanner planner;
  private final TakeoverPlanner takeovers;

  Advisor(RecoveryConfig config, Database database) {
    this.config = config;
    this.database = database;
    this.planner = new RecoveryPlanner(config);
    this.takeovers = new TakeoverPlanner(config);
  }

  private Standings standings() {
    return Standings.now(database, config.promotion());
  }

  /** The record of the cluster whose members these are; empty unless there is exactly one. */
  Optional<ClusterRecord> record(List<Instance> members) {
    List<ClusterRecord> records =
        database.clusters().all().stream()
            .filter(
                record ->
                    members.stream().anyMatch(i -> i.server().uuid().equals(record.primaryUuid())))
            .toList();
    return records.size() == 1 ? Optional.of(records.getFirst()) : Optional.empty();
  }

  /** Whether a living primary could hand over now. */
  Verdict takeover(ClusterRecord record, List<Instance> members, Instance primary, Order order) {
    Verdict verdict =
        TakeoverCheck.of(
            members.stream().map(member -> Seen.of(member, standings())).toList(),
            record.primaryUuid(),
            DeadPrimaryPlaybook.legitimate(database, primary, record),
            order);
    List<String> reasons = new ArrayList<>(verdict.reasons());
    reasons.addAll(locks(record, members));
    return new Verdict(
        verdict.primary(),
        verdict.designated(),
        verdict.followers(),
        verdict.left(),
        verdict.policy(),
        reasons);
  }

  /** What a takeover would do. */
  Advice takeoverAdvice(
      ClusterRecord record, List<Instance> members, Instance primary, Order order) {
    Verdict verdict = takeover(record, members, primary, order);
    Optional<InstanceKey> old = verdict.primary().map(ServerReading::key);
    Optional<InstanceKey> winner = verdict.designated().map(ServerReading::key);
    if (!verdict.allowed()) {
      return new Advice(old, winner, verdict.reasons(), List.of(), List.of());
    }
    Recovery imagined = imagined(record, primary, List.of(), PlannedTakeoverPlaybook.KIND, order);
    List<RecoveryStep> steps = new ArrayList<>(takeovers.begin(new Ledger(List.of()), verdict));
    List<String> choice = List.of(steps.getFirst().why());
    steps.addAll(
        takeovers.handOver(
            imagined, record, new Ledger(steps), verdict.primary().orElseThrow().executed()));
    steps.addAll(takeovers.finish(imagined, new Ledger(steps)));
    return new Advice(old, winner, List.of(), choice, Advice.Step.of(steps));
  }

  /** What replacing a dead primary would do. */
  Advice failoverAdvice(
      ClusterRecord record, Topology topology, Instance primary, Order order, Instant now) {
    List<Instance> replicas = topology.replicasOf(primary.key());
    List<String> reasons = new ArrayList<>(locks(record, replicas));
    List<Replica> read = new ArrayList<>();
    Map<InstanceKey, String> unread = new TreeMap<>();
    for (Instance replica : replicas) {
      Seen seen = Seen.of(replica, standings());
      if (seen.valid()) {
        read.add(new Replica(seen.reading(), seen.place(), seen.standing()));
      } else {
        unread.put(replica.key(), "cannot be visited: " + replica.check().error());
      }
    }
    Set<String> legitimate = DeadPrimaryPlaybook.legitimate(database, primary, record);
    DurabilityPolicy policy = DurabilityPolicy.of(primary, replicas, now);
    Place home = Place.of(primary);
    Choice choice =
        CandidateSelector.choose(
            Gathering.of(primary.key(), home, legitimate, read, unread, policy)
                .under(config.promotion())
                .passing(config.applyPromotion() ? Passing.IF_BETTER : Passing.NEVER),
            order);
    Recovery imagined = imagined(record, primary, replicas, DeadPrimaryPlaybook.KIND, order);
    List<Target> targets =
        replicas.stream().map(i -> new Target(i.key(), i.server().uuid())).toList();
    List<RecoveryStep> steps =
        new ArrayList<>(planner.gather(imagined, new Ledger(List.of()), targets, policy));
    steps.addAll(planner.act(record, new Ledger(steps), choice, policy, order));
    boolean promotes = choice instanceof Promote;
    if (choice instanceof Refuse refuse) {
      reasons.add(refuse.reason().publishedName() + ": " + refuse.text());
    }
    steps.addAll(planner.finish(imagined, record, new Ledger(steps), promotes));
    return new Advice(
        Optional.of(primary.key()),
        choice instanceof Promote promote ? Optional.of(promote.winner().key()) : Optional.empty(),
        reasons,
        choice.lines(),
        Advice.Step.of(steps));
  }

  /** A recovery that is not started: only its subject counts. */
  private static Recovery imagined(
      ClusterRecord record, Instance primary, List<Instance> replicas, String kind, Order order) {
    return new Recovery(
        0,
        "0:0",
        new Recovery.Subject(
            kind,
            record.clusterId(),
            primary.placement().clusterName(),
            record.alias(),
            primary.key(),
            primary.server().uuid(),
            "",
            "",
            replicas.stream().map(Instance::key).toList(),
            List.of(),
            0,
            order.text()),
        0,
        "",
        Instant.EPOCH,
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty());
  }

  /** Locks that would keep a recovery from starting (rule A2). */
  private List<String> locks(ClusterRecord record, List<Instance> members) {
    List<String> locks = new ArrayList<>();
    database
        .locks()
        .holderOfCluster(record.clusterId())
        .ifPresent(uid -> locks.add("recovery " + uid + " of this cluster is running"));
    for (Instance member : members) {
      database
          .locks()
          .holderOfServer(member.server().uuid())
          .ifPresent(uid -> locks.add(member.key() + " is locked by recovery " + uid));
    }
    return locks;
  }
}
