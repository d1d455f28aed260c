package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.ProbeException;
import dev.orchestrator.probe.recovery.Gathering.Passing;
import dev.orchestrator.probe.recovery.Gathering.Place;
import dev.orchestrator.probe.recovery.Gathering.Replica;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.sql.Database;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Replaces a dead primary: gather what the replicas received, choose, act, follow up. As long as no
 * server can have become writable, a winner that fails is replaced by another one in a new round.
 * Confined to the recovery's thread.
 */
final class DeadPrimaryPlaybook implements Playbook {
  /** The name of this kind in the ledger. */
  static final String KIND = "DEAD_PRIMARY";

  private static final int MAX_ROUNDS = 3;
  private static final int MAX_HISTORY = 1_000;

  private final RecoveryConfig config;
  private final Database database;
  private final Sessions sessions;
  private final Clock clock;
  private final RecoveryPlanner planner;
  private final AftermathPlanner aftermath;
  private final Function<InstanceKey, String> durableBefore;

  /**
   * @param durableBefore what visits saw of a server's settings: "true", "false" or "unknown"
   */
  DeadPrimaryPlaybook(
      RecoveryConfig config,
      Database database,
      Sessions sessions,
      Clock clock,
      Function<InstanceKey, String> durableBefore) {
    this.config = config;
    this.database = database;
    this.sessions = sessions;
    this.clock = clock;
    this.planner = new RecoveryPlanner(config);
    this.aftermath = new AftermathPlanner(config);
    this.durableBefore = durableBefore;
  }

  @Override
  public Next next(Recovery recovery, Ledger ledger) throws WorkStopped, InterruptedException {
    if (ledger.finishing()) {
      return end(ledger);
    }
    int round = ledger.round();
    if (ledger.isEmpty()) {
      Optional<PromotionDoubt> doubt = doubt(recovery);
      if (doubt.isPresent()) {
        return refuse(doubt.get().refusal());
      }
      return Revival.seen(recovery, database, sessions)
          ? refuse(Revival.PRIMARY_ANSWERS + ": " + Revival.text(recovery.subject().failedKey()))
          : gather(recovery, ledger);
    }
    Optional<RecoveryStep> decision = ledger.decision(round);
    if (!ledger.broken(round).isEmpty()) {
      boolean again =
          decision.isPresent()
              && !ledger.promotionTried()
              && round + 1 < MAX_ROUNDS
              && ledger.broken(round).stream().noneMatch(RecoveryPlanner::finallyBroken);
      return again ? gather(recovery, ledger) : finish(recovery, ledger, false);
    }
    if (decision.isEmpty()) {
      return decide(recovery, ledger);
    }
    return finish(recovery, ledger, Outcomes.successful(ledger, config.applyPromotion()));
  }

  /** Under the cluster's lock no other recovery can leave one behind meanwhile (rule A5). */
  private Optional<PromotionDoubt> doubt(Recovery recovery) {
    return Order.of(recovery.subject()).insists()
        ? Optional.empty()
        : PromotionDoubt.open(database, cluster(recovery), Instant.EPOCH);
  }

  private Next refuse(String reason) {
    return new Next.End(
        new Recovery.Ending(
            false,
            Optional.empty(),
            "",
            List.of(),
            List.of(),
            List.of(reason),
            "nothing was touched",
            clock.instant()));
  }

  /** Everyone who may follow the dead primary by now is asked, then every receiver is stopped. */
  private Next gather(Recovery recovery, Ledger ledger) throws InterruptedException {
    Recovery.Subject subject = recovery.subject();
    Roster roster = Roster.of(database, subject, subject.replicas());
    RollCall call = RollCall.make(roster, sessions, uuid -> foreignHolder(uuid, recovery.uid()));
    DurabilityPolicy policy =
        ledger.of(StepKind.STOP_RECEIVER).stream()
            .findFirst()
            .map(step -> DurabilityPolicy.of(step.arguments()))
            .orElseGet(
                () ->
                    DurabilityPolicy.of(
                        instance(subject.failedKey()), listed(roster, subject), clock.instant()))
            .withAckers(call.ackers());
    Map<String, String> more = new HashMap<>(call.arguments());
    more.put(RecoveryPlanner.DURABLE, durable(recovery, ledger));
    ClusterRecord cluster = cluster(recovery);
    more.put(RecoveryPlanner.PROMOTION_IN_DOUBT, doubtful(recovery, ledger, cluster));
    Optional<Plan.Target> doubtful =
        Optional.of(new Plan.Target(cluster.primaryKey(), cluster.primaryUuid()))
            .filter(target -> !target.uuid().equals(subject.failedUuid()));
    List<RecoveryStep> steps =
        planner.gather(recovery, ledger, call.receivers(), policy, more, doubtful);
    return steps.isEmpty() ? decide(recovery, ledger, call, List.of()) : new Next.Steps(steps);
  }

  private static List<Instance> listed(Roster roster, Recovery.Subject subject) {
    return subject.replicas().stream()
        .map(key -> roster.entries().get(key))
        .filter(Objects::nonNull)
        .map(Roster.Entry::known)
        .toList();
  }

  private Optional<String> foreignHolder(String uuid, String own) {
    return uuid.isEmpty()
        ? Optional.empty()
        : database.locks().holderOfServer(uuid).filter(holder -> !holder.equals(own));
  }

  private String durable(Recovery recovery, Ledger ledger) {
    return ledger.of(StepKind.STOP_RECEIVER).stream()
        .findFirst()
        .map(step -> step.arguments().getOrDefault(RecoveryPlanner.DURABLE, "unknown"))
        .orElseGet(() -> durableBefore.apply(recovery.subject().failedKey()));
  }

  /** Who may be writable by an earlier promotion, as it was known at the start; "" for nobody. */
  private String doubtful(Recovery recovery, Ledger ledger, ClusterRecord cluster) {
    Optional<RecoveryStep> first = ledger.of(StepKind.STOP_RECEIVER).stream().findFirst();
    if (first.isPresent()) {
      return first.get().arguments().getOrDefault(RecoveryPlanner.PROMOTION_IN_DOUBT, "");
    }
    // A failed primary that was seen since its promotion is a primary like any other.
    return PromotionDoubt.left(database, cluster)
        .filter(
            doubt ->
                !doubt.uuid().equals(recovery.subject().failedUuid())
                    || !doubt.seen(database, Instant.EPOCH))
        .map(doubt -> doubt.key().toString())
        .orElse("");
  }

  private Instance instance(InstanceKey key) {
    return database.instances().find(key).orElseGet(() -> Instance.known(key));
  }

  private Next decide(Recovery recovery, Ledger ledger) throws InterruptedException {
    Map<InstanceKey, RecoveryStep> newest = new TreeMap<>();
    List<RecoveryStep> round = ledger.of(StepKind.STOP_RECEIVER, ledger.round());
    round.forEach(step -> newest.put(step.target(), step));
    return decide(recovery, ledger, RollCall.of(round), List.copyOf(newest.values()));
  }

  private Next decide(
      Recovery recovery, Ledger ledger, RollCall call, Collection<RecoveryStep> stops)
      throws InterruptedException {
    Map<InstanceKey, String> unread = new TreeMap<>(call.unread());
    Map<InstanceKey, String> stopped = new TreeMap<>();
    for (RecoveryStep step : stops) {
      if (step.state() == RecoveryStep.State.DONE) {
        stopped.put(step.target(), step.targetUuid());
      } else {
        unread.put(step.target(), step.detail());
      }
    }
    List<Replica> replicas = new ArrayList<>();
    Instance dead = instance(recovery.subject().failedKey());
    Set<String> forgetful = new TreeSet<>();
    Standings standings = Standings.now(database, config.promotion());
    Map<InstanceKey, ServerReading> readings = read(stopped.keySet(), unread);
    readings.forEach(
        (key, reading) -> {
          boolean still =
              reading.channel().map(ServerReading.Channel::receiverStopped).orElse(false);
          if (!reading.uuid().equals(stopped.get(key))) {
            unread.put(key, "another server answers: uuid " + reading.uuid());
          } else if (!still) {
            unread.put(key, "its receiver does not stay stopped");
          } else {
            addIf(
                Restarts.mayHaveForgotten(dead, reading, clock.instant()),
                forgetful,
                reading.uuid());
            replicas.add(new Replica(reading, place(key), standings.apply(instance(key))));
          }
        });
    Set<String> ackers = new TreeSet<>(lookAtAloof(recovery, call, replicas, unread));
    call.doubtful().forEach((key, uuid) -> addIf(unread.containsKey(key), ackers, uuid));
    ClusterRecord cluster = cluster(recovery);
    DurabilityPolicy policy =
        ledger.of(StepKind.STOP_RECEIVER).stream()
            .reduce((_, later) -> later)
            .map(step -> DurabilityPolicy.of(step.arguments()))
            .orElse(DurabilityPolicy.ASYNCHRONOUS)
            .withAckers(ackers);
    Gathering gathering =
        Gathering.of(
                recovery.subject().failedKey(),
                place(recovery.subject().failedKey()),
                legitimate(recovery, cluster),
                replicas,
                unread,
                policy)
            .forgetting(forgetful)
            .under(config.promotion())
            .passing(passing(ledger));
    Order order = Order.of(recovery.subject());
    Choice choice =
        Revival.seen(recovery, database, sessions)
            ? new Choice.Refuse(
                Choice.Reason.PRIMARY_ANSWERS,
                Revival.text(recovery.subject().failedKey()),
                List.of())
            : CandidateSelector.choose(gathering, order);
    return new Next.Steps(planner.act(cluster, ledger, choice, policy, order));
  }

  /** What did not work at once is not tried for preference only. */
  private Passing passing(Ledger ledger) {
    if (!config.applyPromotion()) {
      return Passing.NEVER; // nobody would end its following of the donor
    }
    return ledger.round() == 0 ? Passing.IF_BETTER : Passing.IF_NEEDED;
  }

  private static void addIf(boolean condition, Set<String> to, String what) {
    if (condition) {
      to.add(what);
    }
  }

  /**
   * Members that do not follow the dead primary (any more) are lost if they follow nobody; and if
   * they hold what the dead primary wrote and no receiver has, they have acknowledged it.
   *
   * @return uuids of those that count as ackers which are not read
   */
  private Set<String> lookAtAloof(
      Recovery recovery, RollCall call, List<Replica> replicas, Map<InstanceKey, String> unread)
      throws InterruptedException {
    Set<String> ackers = new TreeSet<>();
    Map<InstanceKey, String> silent = new TreeMap<>();
    Map<InstanceKey, ServerReading> readings = read(call.aloof().keySet(), silent);
    silent.forEach(
        (key, why) -> {
          unread.put(key, why);
          String uuid = instance(key).server().uuid();
          ackers.add(uuid.isEmpty() ? key.toString() : uuid);
        });
    GtidSet received = GtidSet.EMPTY;
    for (Replica replica : replicas) {
      received = received.union(replica.reading().received());
    }
    for (ServerReading reading : readings.values()) {
      GtidSet all = reading.received();
      GtidSet ofOthers = all.withoutUuids(Set.of(recovery.subject().failedUuid()));
      GtidSet alone = all.minus(ofOthers).minus(received);
      if (!alone.isEmpty()) {
        unread.put(
            reading.key(),
            "does not follow the old primary any more, and holds "
                + alone.count()
                + " transactions of it that no replica received");
        ackers.add(reading.uuid());
      } else if (!reading.channel().map(channel -> channel.source().isReal()).orElse(false)) {
        unread.put(reading.key(), "follows nobody");
      }
    }
    return ackers;
  }

  private Place place(InstanceKey key) {
    return Place.of(instance(key));
  }

  /** Reads servers side by side; who cannot be read is unread. */
  private Map<InstanceKey, ServerReading> read(
      Set<InstanceKey> keys, Map<InstanceKey, String> unread) throws InterruptedException {
    Map<InstanceKey, Future<ServerReading>> answers = new TreeMap<>();
    try (ExecutorService readers =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("recovery reading ", 0).factory())) {
      for (InstanceKey key : keys) {
        answers.put(key, readers.submit(() -> sessions.read(key)));
      }
    }
    Map<InstanceKey, ServerReading> readings = new TreeMap<>();
    for (Map.Entry<InstanceKey, Future<ServerReading>> answer : answers.entrySet()) {
      try {
        readings.put(answer.getKey(), answer.getValue().get());
      } catch (ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        unread.put(answer.getKey(), "cannot be read: " + cause.getMessage());
      }
    }
    return readings;
  }

  private Set<String> legitimate(Recovery recovery, ClusterRecord cluster) {
    Set<String> uuids = legitimate(database, instance(recovery.subject().failedKey()), cluster);
    uuids.add(recovery.subject().failedUuid());
    return uuids;
  }

  /** Uuids under which the cluster's primaries wrote, now and before (rule D2). */
  static Set<String> legitimate(Database database, Instance primary, ClusterRecord cluster) {
    Set<String> uuids = new TreeSet<>();
    uuids.add(primary.server().uuid());
    uuids.add(cluster.primaryUuid());
    for (Recovery past : database.recoveries().newest(false, 0, MAX_HISTORY)) {
      if (past.subject().clusterId().equals(cluster.clusterId())) {
        uuids.add(past.subject().failedUuid());
        past.ending().map(Recovery.Ending::successorUuid).ifPresent(uuids::add);
      }
    }
    uuids.addAll(GtidSet.parse(primary.server().gtidExecuted()).uuids());
    uuids.remove("");
    return uuids;
  }

  private Next finish(Recovery recovery, Ledger ledger, boolean successful) {
    List<RecoveryStep> steps = aftermath.finish(recovery, cluster(recovery), ledger, successful);
    return steps.isEmpty() ? end(ledger) : new Next.Steps(steps);
  }

  private ClusterRecord cluster(Recovery recovery) {
    String id = recovery.subject().clusterId();
    return database
        .clusters()
        .byId(id)
        .orElseThrow(() -> new ProbeException("no primary record for cluster " + id));
  }

  private Next end(Ledger ledger) {
    return new Next.End(Outcomes.ending(ledger, config.applyPromotion(), clock.instant()));
  }
}
