package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.ProbeException;
import dev.orchestrator.probe.recovery.TakeoverCheck.Verdict;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.sql.Database;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A living primary hands over: check, fence, drain, promote, follow up; or give up, and the old
 * primary accepts writes again. Confined to the recovery's thread.
 */
final class PlannedTakeoverPlaybook implements Playbook {
  /** The name of this kind in the ledger. */
  static final String KIND = "PLANNED_TAKEOVER";

  private static final Logger LOG = LoggerFactory.getLogger(PlannedTakeoverPlaybook.class);

  private final RecoveryConfig config;
  private final Database database;
  private final Sessions sessions;
  private final Clock clock;
  private final TakeoverPlanner planner;

  PlannedTakeoverPlaybook(
      RecoveryConfig config, Database database, Sessions sessions, Clock clock) {
    this.config = config;
    this.database = database;
    this.sessions = sessions;
    this.clock = clock;
    this.planner = new TakeoverPlanner(config);
  }

  /** The new primary may forget its account before the old one is attached with it. */
  @Override
  public void resume(Ledger ledger) throws InterruptedException {
    if (ledger.decision(0).isPresent() && !ledger.finishing()) {
      var _ = sessions.account(TakeoverPlanner.winner(ledger.decision(0).get()).key());
    }
  }

  @Override
  public Next next(Recovery recovery, Ledger ledger) throws InterruptedException {
    if (ledger.finishing()) {
      return end(ledger);
    }
    if (ledger.isEmpty()) {
      return begin(recovery, ledger);
    }
    if (!ledger.broken(0).isEmpty()) {
      return giveUp(recovery, ledger);
    }
    if (ledger.of(StepKind.CATCH_UP).isEmpty()) {
      return handOver(recovery, ledger);
    }
    if (!Outcomes.successful(ledger, true)) {
      return giveUp(recovery, ledger);
    }
    return lastSteps(planner.finish(recovery, ledger), ledger);
  }

  /** Looks at everything again: the order was given by what visits had seen. */
  private Next begin(Recovery recovery, Ledger ledger) throws InterruptedException {
    Recovery.Subject subject = recovery.subject();
    ClusterRecord cluster = cluster(recovery);
    List<InstanceKey> keys = new ArrayList<>(subject.replicas());
    keys.add(subject.failedKey());
    Set<String> legitimate =
        DeadPrimaryPlaybook.legitimate(database, instance(subject.failedKey()), cluster);
    Verdict verdict =
        TakeoverCheck.of(look(keys), cluster.primaryUuid(), legitimate, Order.of(subject));
    if (!verdict.allowed()) {
      return new Next.End(
          new Recovery.Ending(
              false,
              Optional.empty(),
              "",
              List.of(),
              List.of(),
              verdict.reasons(),
              "nothing was touched",
              clock.instant()));
    }
    List<RecoveryStep> steps = planner.begin(ledger, verdict);
    var _ = sessions.account(verdict.designated().orElseThrow().key());
    rehearse(recovery, cluster, new Ledger(steps), verdict);
    return new Next.Steps(steps);
  }

  /**
   * Thinks the rest through and throws it away: while writes stand still is no time to load code.
   */
  private void rehearse(Recovery recovery, ClusterRecord cluster, Ledger begun, Verdict verdict) {
    ServerReading old = verdict.primary().orElseThrow();
    ServerReading winner = verdict.designated().orElseThrow();
    List<RecoveryStep> imagined = planner.handOver(recovery, cluster, begun, old.executed());
    long inTheWay = 0;
    for (RecoveryStep step : imagined) {
      ServerReading server = step.target().equals(old.key()) ? old : winner;
      inTheWay +=
          ServerAction.of(StepKind.valueOf(step.kind()))
              .filter(
                  action ->
                      !action.holds(server, step) && action.obstacle(server, step).isPresent())
              .stream()
              .count();
    }
    LOG.info(
        "rehearsed primary={} successor={} steps={} not yet possible={}",
        old.key(),
        winner.key(),
        imagined.size(),
        inTheWay);
  }

  private List<Seen> look(List<InstanceKey> keys) throws InterruptedException {
    Map<InstanceKey, Future<ServerReading>> answers = new LinkedHashMap<>();
    List<Seen> seen = new ArrayList<>();
    try (ExecutorService readers =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("takeover reading ", 0).factory())) {
      for (InstanceKey key : keys) {
        answers.put(key, readers.submit(() -> sessions.read(key)));
      }
    }
    for (Map.Entry<InstanceKey, Future<ServerReading>> answer : answers.entrySet()) {
      Seen before = Seen.of(instance(answer.getKey()), Standings.now(database, config.promotion()));
      try {
        seen.add(before.now(answer.getValue().get()));
      } catch (ExecutionException e) {
        seen.add(before.gone());
      }
    }
    return seen;
  }

  private Next handOver(Recovery recovery, Ledger ledger) throws InterruptedException {
    try {
      ServerReading old = sessions.read(recovery.subject().failedKey());
      boolean fenced = old.uuid().equals(recovery.subject().failedUuid()) && old.superReadOnly();
      return fenced
          ? new Next.Steps(planner.handOver(recovery, cluster(recovery), ledger, old.executed()))
          : giveUp(recovery, ledger);
    } catch (SQLException e) {
      return giveUp(recovery, ledger); // the next steps say what it answers
    }
  }

  private Next giveUp(Recovery recovery, Ledger ledger) {
    return lastSteps(planner.giveUp(recovery, cluster(recovery), ledger), ledger);
  }

  private Next lastSteps(List<RecoveryStep> steps, Ledger ledger) {
    return steps.isEmpty() ? end(ledger) : new Next.Steps(steps);
  }

  private Next end(Ledger ledger) {
    return new Next.End(Outcomes.ending(ledger, true, clock.instant()));
  }

  private Instance instance(InstanceKey key) {
    return database.instances().find(key).orElseGet(() -> Instance.known(key));
  }

  private ClusterRecord cluster(Recovery recovery) {
    String id = recovery.subject().clusterId();
    return database
        .clusters()
        .byId(id)
        .orElseThrow(() -> new ProbeException("no primary record for cluster " + id));
  }
}
