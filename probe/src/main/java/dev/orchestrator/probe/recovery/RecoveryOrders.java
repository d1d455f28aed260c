package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.Database;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What people ask of recoveries: do one now, say what it would do, explain why none starts.
 * Thread-safe.
 */
public final class RecoveryOrders {
  private static final Duration POLL = Duration.ofMillis(10);
  private static final int MAX_HISTORY = 1_000;

  private final RecoveryConfig config;
  private final RecoverySupervisor supervisor;
  private final Database database;
  private final Leadership leadership;
  private final Clock clock;
  private final Advisor advisor;

  RecoveryOrders(
      RecoveryConfig config,
      RecoverySupervisor supervisor,
      Database database,
      Leadership leadership,
      Clock clock) {
    this.config = config;
    this.supervisor = supervisor;
    this.database = database;
    this.leadership = leadership;
    this.clock = clock;
    this.advisor = new Advisor(config, database);
  }

  /**
   * What is ordered.
   *
   * @param clusterName the cluster concerned
   * @param designated who shall become the primary, empty to leave it to the rules
   * @param lossAcceptedBy the person who accepts that the designated server lacks what others hold
   * @param delayEndedBy the person who says that a delayed replica may take over without its delay
   */
  public record Request(
      OrderKind kind,
      String clusterName,
      Optional<InstanceKey> designated,
      Optional<String> lossAcceptedBy,
      Optional<String> delayEndedBy) {
    /** Nobody accepts any loss or ends any delay. */
    public Request(OrderKind kind, String clusterName, Optional<InstanceKey> designated) {
      this(kind, clusterName, designated, Optional.empty(), Optional.empty());
    }
  }

  /** What became of an order. */
  public sealed interface Answer {
    /** Nothing was touched, for these reasons. */
    record Refused(List<String> reasons) implements Answer {
      public Refused {
        reasons = List.copyOf(reasons);
      }
    }

    /** It runs, or has ended already. */
    record Started(String uid) implements Answer {}

    /** The log did not take it; see there whether it may do so yet. */
    record NotCommitted(Outcome outcome) implements Answer {}
  }

  /** What an order would do now; touches nothing. */
  public Advice advise(Topology topology, List<Analysis> analyses, Request request) {
    return decide(topology, analyses, request).advice();
  }

  /** Gives an order; returns as soon as it is written down. */
  public Answer order(Topology topology, List<Analysis> analyses, Request request) {
    Decision decision = decide(topology, analyses, request);
    boolean planned = request.kind().planned();
    // A failover may go on where only its plan says no: the servers are read again.
    boolean refused = planned ? !decision.advice().allowed() : !decision.hindrances().isEmpty();
    if (refused || decision.subject().isEmpty()) {
      return new Answer.Refused(decision.advice().reasons());
    }
    // A handover is no failure: it must not keep the new primary's failure from being recovered.
    Duration block = planned ? Duration.ZERO : config.blockPeriod();
    return supervisor.begin(decision.subject().get(), block);
  }

  /**
   * Waits until a recovery has ended.
   *
   * @return empty if it has not in time, or this node leads no more
   */
  public Optional<Recovery> await(String uid, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      while (true) {
        Optional<Recovery> ended =
            database.recoveries().byUid(uid).filter(recovery -> !recovery.running());
        boolean over = System.nanoTime() > deadline || !leadership.leads();
        if (ended.isPresent() || over) {
          return ended;
        }
        Thread.sleep(POLL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** The agreed primary record of a cluster; empty if there is none, or more than one. */
  public Optional<ClusterRecord> record(Topology topology, String clusterName) {
    return advisor.record(topology.cluster(clusterName));
  }

  /** Why the primary of a cluster is replaced now, or is not; touches nothing. */
  public Explanation explain(Topology topology, List<Analysis> analyses, String clusterName) {
    List<Instance> members = topology.cluster(clusterName);
    Optional<ClusterRecord> record = advisor.record(members);
    Optional<Instance> primary = record.flatMap(found -> primary(found, members));
    Optional<Analysis> judgement =
        primary.flatMap(
            instance ->
                analyses.stream()
                    .filter(analysis -> analysis.instance().key().equals(instance.key()))
                    .findFirst());
    List<String> reasons = new ArrayList<>();
    if (record.isEmpty()) {
      reasons.add("no agreed primary record, or more than one, for " + clusterName);
    } else if (judgement.isEmpty() || judgement.get().code() == AnalysisCode.NO_PROBLEM) {
      reasons.add("nothing is wrong with the primary");
      RecoveryGate.pause(database, record.get().clusterId(), clock.instant())
          .ifPresent(reasons::add);
    } else {
      reasons.addAll(supervisor.reasons(judgement.get()));
    }
    record
        .flatMap(this::doubt)
        .map(PromotionDoubt::refusal)
        .filter(refusal -> !reasons.contains(refusal))
        .ifPresent(reasons::add);
    Advice plan =
        record.isPresent() && primary.isPresent()
            ? advisor.failoverAdvice(
                record.get(),
                topology,
                primary.get(),
                new Order("", Optional.empty()),
                clock.instant())
            : Advice.against(primary.map(Instance::key), reasons);
    return new Explanation(
        clusterName,
        record,
        members,
        judgement,
        judgement
            .filter(found -> found.code() != AnalysisCode.NO_PROBLEM)
            .map(found -> supervisor.verdict(found.instance().key())),
        quarantined(members),
        reasons,
        plan,
        record.flatMap(found -> Questions.open(database, found, supervisor.leadingSince())));
  }

  /** The server that may be writable and keeps others from being promoted (rule A5). */
  private Optional<PromotionDoubt> doubt(ClusterRecord record) {
    return PromotionDoubt.open(database, record, supervisor.leadingSince());
  }

  /** Servers that came back after they were replaced and were not let in, with the reason. */
  private Map<InstanceKey, String> quarantined(List<Instance> members) {
    Map<InstanceKey, String> reasons = new TreeMap<>();
    Map<String, InstanceKey> byUuid = new HashMap<>();
    members.stream()
        .filter(member -> !member.replication().configured())
        .forEach(member -> byUuid.put(member.server().uuid(), member.key()));
    for (Recovery past : database.recoveries().newest(false, 0, MAX_HISTORY)) {
      InstanceKey key = byUuid.get(past.subject().failedUuid());
      if (key != null && past.subject().kind().equals(ReturnPlaybook.KIND)) {
        past.ending()
            .filter(ending -> !ending.successful())
            .ifPresent(e -> reasons.putIfAbsent(key, String.join("; ", e.errors())));
      }
    }
    return reasons;
  }

  private static Optional<Instance> primary(ClusterRecord record, List<Instance> members) {
    return members.stream()
        .filter(instance -> instance.server().uuid().equals(record.primaryUuid()))
        .findFirst();
  }

  /**
   * What an order comes to.
   *
   * @param hindrances why it must not even be tried
   */
  private record Decision(
      Advice advice, List<String> hindrances, Optional<Recovery.Subject> subject) {
    static Decision against(String reason) {
      return new Decision(
          Advice.against(Optional.empty(), List.of(reason)), List.of(reason), Optional.empty());
    }
  }

  private Decision decide(Topology topology, List<Analysis> analyses, Request request) {
    List<Instance> members = topology.cluster(request.clusterName());
    Optional<ClusterRecord> record = advisor.record(members);
    Optional<Instance> primary = record.flatMap(found -> primary(found, members));
    if (record.isEmpty() || primary.isEmpty()) {
      return Decision.against(
          "no agreed primary record, or more than one, for " + request.clusterName());
    }
    return request.kind().planned()
        ? takeover(record.get(), members, primary.get(), request)
        : failover(record.get(), topology, analyses, primary.get(), request);
  }

  private Decision takeover(
      ClusterRecord record, List<Instance> members, Instance primary, Request request) {
    Order wish = new Order(request.kind().command(), request.designated());
    Advice found = advisor.takeoverAdvice(record, members, primary, wish);
    List<String> reasons = new ArrayList<>(found.reasons());
    doubt(record).map(PromotionDoubt::refusal).ifPresent(reasons::add);
    Advice advice =
        new Advice(found.primary(), found.successor(), reasons, found.choice(), found.steps());
    // The choice is settled here: who takes over later must not choose anew.
    Order order = new Order(request.kind().command(), advice.successor());
    List<Instance> others =
        members.stream().filter(member -> !member.key().equals(primary.key())).toList();
    return new Decision(
        advice,
        advice.reasons(),
        Optional.of(
            subject(
                PlannedTakeoverPlaybook.KIND,
                record,
                primary,
                others,
                order,
                AnalysisCode.DEAD_PRIMARY.publishedName(),
                "planned takeover")));
  }

  private Decision failover(
      ClusterRecord record,
      Topology topology,
      List<Analysis> analyses,
      Instance primary,
      Request request) {
    Order order =
        new Order(
            request.kind().command(),
            request.designated(),
            request.lossAcceptedBy(),
            request.delayEndedBy());
    // Where replicas follow the server in doubt already, it is replaced as any primary.
    boolean elsewhere =
        topology.replicasOf(primary.key()).stream()
            .noneMatch(replica -> request.designated().equals(Optional.of(replica.key())));
    Optional<PromotionDoubt> left =
        PromotionDoubt.left(database, record)
            .filter(doubt -> doubt.uuid().equals(record.primaryUuid()));
    if (elsewhere && order.insists() && left.isPresent()) {
      return insisting(record, topology, primary, order, left.get());
    }
    Optional<PromotionDoubt> open = doubt(record);
    List<Instance> replicas = topology.replicasOf(primary.key());
    List<String> hindrances = new ArrayList<>();
    if (!order.insists()) {
      open.map(PromotionDoubt::refusal).ifPresent(hindrances::add);
    }
    Optional<Analysis> judgement =
        analyses.stream()
            .filter(analysis -> analysis.instance().key().equals(primary.key()))
            .findFirst();
    if (request.kind().needsFailure() && judgement.filter(RecoveryGate::recoverable).isEmpty()) {
      hindrances.add(
          primary.key()
              + " is not judged dead: "
              + judgement.map(a -> a.code().publishedName()).orElse("not judged"));
    }
    request
        .designated()
        .filter(wished -> replicas.stream().noneMatch(replica -> replica.key().equals(wished)))
        .ifPresent(
            wished -> hindrances.add(wished + " is not a direct replica of " + primary.key()));
    if (replicas.isEmpty()) {
      hindrances.add(primary.key() + " has no replicas");
    }
    Advice planned = advisor.failoverAdvice(record, topology, primary, order, clock.instant());
    List<String> reasons = new ArrayList<>(hindrances);
    reasons.addAll(planned.reasons());
    return new Decision(
        new Advice(
            planned.primary(), planned.successor(), reasons, planned.choice(), planned.steps()),
        hindrances,
        Optional.of(
            Roster.lockingAll(
                database,
                subject(
                    DeadPrimaryPlaybook.KIND,
                    record,
                    primary,
                    replicas,
                    order,
                    judgement
                        .filter(RecoveryGate::recoverable)
                        .map(a -> a.code().publishedName())
                        .orElse(AnalysisCode.DEAD_PRIMARY.publishedName()),
                    judgement.map(Analysis::description).orElse("ordered")
                        + open.filter(_ -> order.insists())
                            .map(doubt -> "; " + doubt.insisted(order))
                            .orElse("")))));
  }

  /**
   * A named person insists on a server although it is unknown whether another one was promoted
   * (rule A5): the failover that did not come to its end is done again, without that other one.
   *
   * @param doubtful the recorded primary, which may be writable
   */
  private Decision insisting(
      ClusterRecord record,
      Topology topology,
      Instance doubtful,
      Order order,
      PromotionDoubt doubt) {
    InstanceKey failed = doubt.recovery().subject().failedKey();
    Instance old = database.instances().find(failed).orElseGet(() -> Instance.known(failed));
    List<Instance> replicas =
        topology.replicasOf(old.key()).stream()
            .filter(replica -> !replica.key().equals(doubtful.key()))
            .toList();
    List<String> hindrances = new ArrayList<>();
    if (doubtful.check().lastCheckValid()) {
      hindrances.add(doubtful.key() + " answers: its promotion is not unknown any more");
    }
    order
        .designated()
        .filter(wished -> replicas.stream().noneMatch(replica -> replica.key().equals(wished)))
        .ifPresent(wished -> hindrances.add(wished + " is not a direct replica of " + old.key()));
    Advice planned = advisor.failoverAdvice(record, topology, old, order, clock.instant());
    List<String> reasons = new ArrayList<>(hindrances);
    reasons.addAll(planned.reasons());
    List<Instance> locked = new ArrayList<>(replicas);
    locked.add(doubtful);
    Recovery.Subject subject =
        subject(
            DeadPrimaryPlaybook.KIND,
            record,
            old,
            locked,
            order,
            AnalysisCode.DEAD_PRIMARY.publishedName(),
            doubt.insisted(order));
    return new Decision(
        new Advice(
            planned.primary(), planned.successor(), reasons, planned.choice(), planned.steps()),
        hindrances,
        Optional.of(Roster.lockingAll(database, subject)));
  }

  private static Recovery.Subject subject(
      String kind,
      ClusterRecord record,
      Instance primary,
      List<Instance> others,
      Order order,
      String analysis,
      String description) {
    List<String> locked = new ArrayList<>();
    locked.add(primary.server().uuid());
    others.stream()
        .map(other -> other.server().uuid())
        .filter(uuid -> !uuid.isEmpty())
        .forEach(locked::add);
    return new Recovery.Subject(
        kind,
        record.clusterId(),
        primary.placement().clusterName(),
        record.alias(),
        primary.key(),
        primary.server().uuid(),
        analysis,
        description,
        others.stream().map(Instance::key).toList(),
        locked,
        0,
        order.text());
  }
}
