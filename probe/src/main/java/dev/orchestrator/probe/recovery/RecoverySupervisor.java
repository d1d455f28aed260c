package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.probe.observer.Verdict;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.replication.FoundServers;
import dev.orchestrator.store.replication.NoteExpiry;
import dev.orchestrator.store.sql.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts, takes over and ends recoveries while this node leads. One virtual thread per recovery; at
 * most one recovery per cluster, by the locks in the log. Thread-safe.
 */
public final class RecoverySupervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RecoverySupervisor.class);
  private static final Duration EXPIRE_INTERVAL = Duration.ofSeconds(10);
  private static final long UPKEEP_MILLIS = 500;
  private static final Instant NEVER = Instant.EPOCH;

  private final AtomicReference<RecoveryConfig> policy;
  private final Workplace place;
  private final RecoveryGate gate;
  private final RecoveryRunner runner;
  private final FailureHandler failures;
  private final Rehearsals rehearsals;
  private final ClusterKeeper keeper;
  private final FenceStarter fences;
  private final ReturnStarter returns;

  /** Only the newest view of the fleet matters. */
  private final BlockingQueue<View> views = new ArrayBlockingQueue<>(1);

  private final Thread worker;

  /** Written by the worker only: the term in which this node leads, and since when it knows. */
  private volatile long leadingTerm = -1;

  private volatile Instant leadingSince = NEVER;
  private volatile List<InstanceKey> lastingKeys = List.of();
  private volatile Map<InstanceKey, Verdict> verdicts = Map.of();
  private Instant expiredAt = NEVER;

  /**
   * @param revisit asked to visit servers at once, for example those that a recovery changed
   */
  public RecoverySupervisor(
      RecoveryConfig config,
      FleetConnector connector,
      Database database,
      Replicator replicator,
      Leadership leadership,
      Clock clock,
      Consumer<Collection<InstanceKey>> revisit) {
    this(config, connector, database, replicator, leadership, clock, revisit, _ -> "unknown");
  }

  /**
   * As above.
   *
   * @param durableBefore what visits saw of a server's settings: whether each commit was on disk
   *     before it was acknowledged, as "true", "false" or "unknown"
   */
  public RecoverySupervisor(
      RecoveryConfig config,
      FleetConnector connector,
      Database database,
      Replicator replicator,
      Leadership leadership,
      Clock clock,
      Consumer<Collection<InstanceKey>> revisit,
      Function<InstanceKey, String> durableBefore) {
    this.policy = new AtomicReference<>(config);
    this.place =
        new Workplace(
            policy::get,
            connector,
            database,
            replicator,
            leadership,
            clock,
            new Proposals(replicator, leadership, clock, config.node()),
            new RecoveryThreads(),
            new Pauses(clock),
            durableBefore);
    this.gate = new RecoveryGate(config, database);
    this.runner = new RecoveryRunner(place, revisit);
    this.rehearsals = new Rehearsals(place);
    this.failures =
        new FailureHandler(
            place,
            gate,
            runner,
            rehearsals,
            key -> lastingKeys.contains(key) && verdict(key).agreed());
    this.keeper = new ClusterKeeper(database);
    this.fences = new FenceStarter(place, runner);
    this.returns = new ReturnStarter(place, runner);
    this.worker = Thread.ofVirtual().name("recovery supervisor").start(this::work);
  }

  /** What a tick of detection saw. */
  private record View(
      Topology topology,
      List<Analysis> recoverable,
      List<Analysis> lasting,
      Map<InstanceKey, Verdict> verdicts) {}

  /** As below, for a node that decides alone. */
  public void consider(Topology topology, List<Analysis> all, List<Analysis> lasting) {
    consider(
        topology,
        all,
        lasting,
        lasting.stream()
            .collect(
                Collectors.toMap(a -> a.instance().key(), _ -> Verdict.ALONE, (one, _) -> one)));
  }

  /**
   * Keeps the primary records, registers failures, and starts recoveries where policy says so.
   * Returns at once: the work is done on threads of its own, on the newest view only.
   *
   * @param all every judgement, failing or not
   * @param lasting judgements whose failure has lasted the reaction time and was confirmed
   * @param newVerdicts what the members agree on, for each of those
   */
  public void consider(
      Topology topology,
      List<Analysis> all,
      List<Analysis> lasting,
      Map<InstanceKey, Verdict> newVerdicts) {
    View view =
        new View(
            topology,
            all.stream().filter(RecoveryGate::recoverable).toList(),
            List.copyOf(lasting),
            Map.copyOf(newVerdicts));
    lastingKeys = lasting.stream().map(analysis -> analysis.instance().key()).toList();
    verdicts = view.verdicts();
    while (!place.threads().closed() && !views.offer(view)) {
      views.poll();
    }
    failures.retain(
        all.stream()
            .filter(analysis -> analysis.code() != AnalysisCode.NO_PROBLEM)
            .map(analysis -> analysis.instance().placement().clusterName())
            .toList());
  }

  /** Policy from now on; a recovery in work goes on with the one it began with. */
  public void reconfigure(RecoveryConfig newConfig) {
    policy.set(newConfig);
    gate.reconfigure(newConfig);
  }

  /** Tells of a change of leadership: running recoveries are taken over or left alone. */
  public void leadershipChanged() {
    views.offer(new View(Topology.of(List.of()), List.of(), List.of(), Map.of()));
  }

  /**
   * Whether a dead primary of this cluster is replaced automatically, by
   * RecoverMasterClusterFilters.
   */
  public boolean recoversPrimaryOf(String clusterName, String clusterAlias) {
    return ClusterFilter.matches(place.config().clusterFilters(), clusterName, clusterAlias);
  }

  /**
   * Why nothing is done about the failures of a cluster, as of the newest tick; empty when there is
   * nothing to do or a recovery was started.
   */
  public List<String> whyNot(String clusterName) {
    return failures.whyNot(clusterName);
  }

  /** What people ask of recoveries on this node. */
  public RecoveryOrders orders() {
    return new RecoveryOrders(
        place.config(), this, place.database(), place.leadership(), place.clock());
  }

  /** What the members agree on about a failure, as of the newest tick. */
  Verdict verdict(InstanceKey key) {
    return verdicts.getOrDefault(key, Verdict.NOT_ASKED);
  }

  /** Why no automatic recovery of this failure starts now; none when one does. */
  List<String> reasons(Analysis analysis) {
    List<String> reasons = new ArrayList<>();
    if (!place.leadership().leads()) {
      reasons.add("this node does not lead");
    }
    reasons.addAll(gate.reasons(analysis, place.clock().instant(), leadingSince));
    InstanceKey key = analysis.instance().key();
    if (!lastingKeys.contains(key)) {
      reasons.add(
          "the failure of "
              + key
              + " has not lasted the reaction time, or was not confirmed by enough fresh visits");
    } else if (!verdict(key).agreed()) {
      reasons.add("the members do not agree: " + verdict(key).evidence());
    }
    if (place.pauses().paused(key.toString())) {
      reasons.add("an attempt has just been made; the next one follows in a moment");
    }
    return List.copyOf(reasons);
  }

  /** Start of this node's leadership; before it is known no visit counts as one of this leader. */
  Instant leadingSince() {
    return place.leadership().leads() && place.leadership().term() == leadingTerm
        ? leadingSince
        : Instant.MAX;
  }

  /** Writes down a recovery that a person ordered, and runs it. */
  RecoveryOrders.Answer begin(Recovery.Subject subject, Duration block) {
    String uid = place.proposals().newUid();
    Outcome outcome = place.proposals().start(uid, subject, block, true);
    if (outcome instanceof Outcome.Applied(CommandResult result)) {
      if (!result.accepted()) {
        return new RecoveryOrders.Answer.Refused(List.of(result.detail()));
      }
      place.database().recoveries().byUid(uid).ifPresent(this::launch);
      return new RecoveryOrders.Answer.Started(uid);
    }
    return new RecoveryOrders.Answer.NotCommitted(outcome);
  }

  private void launch(Recovery recovery) {
    place.threads().launch(recovery.subject().clusterId(), "recovery", () -> runner.run(recovery));
  }

  /** Stops working; running recoveries stay in the ledger for the next leader. */
  @Override
  public void close() {
    place.threads().close(worker);
    rehearsals.keep(List.of());
  }

  private void work() {
    while (!place.threads().closed()) {
      try {
        View view = views.poll(UPKEEP_MILLIS, TimeUnit.MILLISECONDS);
        if (leads()) {
          continueRecoveries();
          expire();
          if (view != null) {
            act(view);
          }
        }
      } catch (InterruptedException e) {
        return; // only close() interrupts
      } catch (RuntimeException e) {
        if (place.threads().closed()) {
          return; // interrupted on the way to the database
        }
        LOG.error("supervision failed, goes on", e);
      }
    }
  }

  private void act(View view) {
    Function<Analysis, Verdict> verdictOf =
        analysis -> view.verdicts().getOrDefault(analysis.instance().key(), Verdict.NOT_ASKED);
    rehearsals.keep(
        view.recoverable().stream()
            .filter(a -> gate.reasons(a, place.clock().instant(), leadingSince).isEmpty())
            .toList());
    for (Analysis analysis : view.lasting()) {
      failures.consider(analysis, verdictOf.apply(analysis), leadingSince);
    }
    for (Command command : keeper.wanted(view.topology(), leadingTerm)) {
      place.proposals().propose(command);
    }
    fences.look(view.topology());
    returns.look(view.topology());
  }

  private boolean leads() {
    if (!place.leadership().leads()) {
      leadingTerm = -1;
      failures.retain(List.of());
      rehearsals.keep(List.of());
      return false;
    }
    if (leadingTerm != place.leadership().term()) {
      leadingSince = place.clock().instant(); // before the term that tells others that it counts
      leadingTerm = place.leadership().term();
    }
    return true;
  }

  /** Takes over what earlier leaders left, and goes on with what this one had to leave. */
  private void continueRecoveries() {
    for (Recovery recovery : place.database().recoveries().running()) {
      if (recovery.term() <= leadingTerm && !place.pauses().paused(recovery.uid())) {
        launch(recovery);
      }
    }
  }

  private void expire() {
    Instant now = place.clock().instant();
    if (now.isBefore(expiredAt.plus(EXPIRE_INTERVAL))) {
      return;
    }
    expiredAt = now;
    long block = place.config().detectionBlockPeriod().toSeconds();
    Database database = place.database();
    boolean due =
        database.detections().anyDue(now, block)
            || database.downtimes().all().stream().anyMatch(d -> !d.endsAt().isAfter(now));
    if (due) {
      place.proposals().propose(new Command.Expire(block));
    }
    NoteExpiry.DEFAULT.due(database, now).ifPresent(place.proposals()::propose);
    FoundServers.due(database, now).forEach(place.proposals()::propose);
    RevivalBlocks.lift(database, place.proposals());
  }
}
