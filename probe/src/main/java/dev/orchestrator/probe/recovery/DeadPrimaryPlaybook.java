package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.ProbeException;
import dev.orchestrator.probe.recovery.Gathering.Place;
import dev.orchestrator.probe.recovery.Gathering.Replica;
import dev.orchestrator.probe.recovery.Plan.Target;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.sql.Database;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    this.durableBefore = durableBefore;
  }

  @Override
  public Next next(Recovery recovery, Ledger ledger) throws WorkStopped, InterruptedException {
    if (ledger.finishing()) {
      return end(ledger);
    }
    int round = ledger.round();
    if (ledger.isEmpty()) {
      return gather(recovery, ledger);
    }
    Optional<RecoveryStep> decision = ledger.decision(round);
    if (!ledger.broken(round).isEmpty()) {
      boolean again = decision.isPresent() && !ledger.promotionTried() && round + 1 < MAX_ROUNDS;
      return again ? gather(recovery, ledger) : finish(recovery, ledger, false);
    }
    if (decision.isEmpty()) {
      return decide(recovery, ledger);
    }
    return finish(recovery, ledger, Outcomes.successful(ledger, config.applyPromotion()));
  }

  private Next gather(Recovery recovery, Ledger ledger) {
    Map<InstanceKey, Target> targets = new LinkedHashMap<>();
    List<Instance> replicas = new ArrayList<>();
    for (InstanceKey key : recovery.subject().replicas()) {
      Instance replica = instance(key);
      replicas.add(replica);
      targets.put(key, new Target(key, replica.server().uuid()));
    }
    DurabilityPolicy policy =
        ledger.of(StepKind.STOP_RECEIVER).stream()
            .findFirst()
            .map(step -> DurabilityPolicy.of(step.arguments()))
            .orElseGet(
                () ->
                    DurabilityPolicy.of(
                        instance(recovery.subject().failedKey()), replicas, clock.instant()));
    List<RecoveryStep> steps =
        planner.gather(
            recovery, ledger, List.copyOf(targets.values()), policy, durable(recovery, ledger));
    return steps.isEmpty() ? decide(recovery, ledger, Map.of(), List.of()) : new Next.Steps(steps);
  }

  private String durable(Recovery recovery, Ledger ledger) {
    return ledger.of(StepKind.STOP_RECEIVER).stream()
        .findFirst()
        .map(step -> step.arguments().getOrDefault(RecoveryPlanner.DURABLE, "unknown"))
        .orElseGet(() -> durableBefore.apply(recovery.subject().failedKey()));
  }

  private Instance instance(InstanceKey key) {
    return database.instances().find(key).orElseGet(() -> Instance.known(key));
  }

  private Next decide(Recovery recovery, Ledger ledger) throws WorkStopped, InterruptedException {
    Map<InstanceKey, String> unread = new TreeMap<>();
    List<RecoveryStep> stopped = new ArrayList<>();
    Map<InstanceKey, RecoveryStep> newest = new TreeMap<>();
    ledger
        .of(StepKind.STOP_RECEIVER, ledger.round())
        .forEach(step -> newest.put(step.target(), step));
    for (RecoveryStep step : newest.values()) {
      if (step.state() == RecoveryStep.State.DONE) {
        stopped.add(step);
      } else {
        unread.put(step.target(), step.detail());
      }
    }
    return decide(recovery, ledger, unread, stopped);
  }

  private Next decide(
      Recovery recovery,
      Ledger ledger,
      Map<InstanceKey, String> alreadyLost,
      List<RecoveryStep> stopped) {
    Map<InstanceKey, String> unread = new TreeMap<>(alreadyLost);
    List<Replica> replicas = new ArrayList<>();
    read(stopped, replicas, unread);
    ClusterRecord cluster = cluster(recovery);
    DurabilityPolicy policy =
        ledger.of(StepKind.STOP_RECEIVER).stream()
            .findFirst()
            .map(step -> DurabilityPolicy.of(step.arguments()))
            .orElse(DurabilityPolicy.ASYNCHRONOUS);
    Gathering gathering =
        Gathering.of(
            recovery.subject().failedKey(),
            place(recovery.subject().failedKey()),
            legitimate(recovery, cluster),
            replicas,
            unread,
            policy);
    Order order = Order.of(recovery.subject());
    Choice choice = CandidateSelector.choose(gathering, order);
    return new Next.Steps(planner.act(cluster, ledger, choice, policy, order));
  }

  private Place place(InstanceKey key) {
    Instance instance = instance(key);
    return new Place(instance.placement().dataCenter(), instance.placement().region());
  }

  /** Reads the servers whose receivers were stopped; one that runs again counts as unread. */
  private void read(
      List<RecoveryStep> stopped, List<Replica> replicas, Map<InstanceKey, String> unread) {
    Map<InstanceKey, Future<ServerReading>> answers = new TreeMap<>();
    Map<InstanceKey, String> uuids = new TreeMap<>();
    try (ExecutorService readers =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("recovery reading ", 0).factory())) {
      for (RecoveryStep step : stopped) {
        uuids.put(step.target(), step.targetUuid());
        answers.put(step.target(), readers.submit(() -> sessions.read(step.target())));
      }
    }
    answers.forEach(
        (key, answer) -> {
          try {
            ServerReading reading = answer.get();
            boolean still =
                reading.channel().map(ServerReading.Channel::receiverStopped).orElse(false);
            if (!reading.uuid().equals(uuids.get(key))) {
              unread.put(key, "another server answers: uuid " + reading.uuid());
            } else if (!still) {
              unread.put(key, "its receiver does not stay stopped");
            } else {
              replicas.add(new Replica(reading, place(key)));
            }
          } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            unread.put(key, "cannot be read: " + cause.getMessage());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            unread.put(key, "cannot be read: interrupted");
          }
        });
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
    List<RecoveryStep> steps = planner.finish(recovery, cluster(recovery), ledger, successful);
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
