package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.observer.Jury;
import dev.orchestrator.probe.observer.Verdict;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.FailureDetection;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers failures that have lasted: registers them, and begins what policy and the members'
 * agreement allow. Thread-safe.
 */
final class FailureHandler {
  private static final Logger LOG = LoggerFactory.getLogger(FailureHandler.class);

  private static final String RECONNECT_LOCK = "reconnect ";
  private static final String REGISTER_PAUSE = "register ";

  private final Workplace place;
  private final RecoveryGate gate;
  private final RecoveryRunner runner;
  private final Rehearsals rehearsals;
  private final Predicate<InstanceKey> stands;
  private final ReconnectPace reconnects = new ReconnectPace();
  private final Map<String, List<String>> whyNot = new ConcurrentHashMap<>();

  /**
   * @param stands whether the failure of this server lasts and is agreed upon by now
   */
  FailureHandler(
      Workplace place,
      RecoveryGate gate,
      RecoveryRunner runner,
      Rehearsals rehearsals,
      Predicate<InstanceKey> stands) {
    this.place = place;
    this.stands = stands;
    this.gate = gate;
    this.runner = runner;
    this.rehearsals = rehearsals;
  }

  /** Forgets why nothing is done about clusters other than these. */
  void retain(Collection<String> failingClusters) {
    whyNot.keySet().retainAll(failingClusters);
    reconnects.stillFailing(failingClusters);
  }

  List<String> whyNot(String clusterName) {
    return whyNot.getOrDefault(clusterName, List.of());
  }

  /**
   * Looks at one failure that has lasted.
   *
   * @param leadingSince start of this node's leadership
   */
  void consider(Analysis analysis, Verdict verdict, Instant leadingSince) {
    Instance failed = analysis.instance();
    String cluster = failed.placement().clusterName();
    Instant now = place.clock().instant();
    if (Jury.aboutReachOnly(analysis)
        && verdict.agreed()
        && gate.reasonsAgainstTouching(analysis, now, leadingSince).isEmpty()) {
      reconnect(analysis, verdict);
    }
    List<String> reasons = new ArrayList<>(gate.reasons(analysis, now, leadingSince));
    if (!verdict.agreed() && RecoveryGate.recoverable(analysis)) {
      reasons.add("the members do not agree: " + verdict.evidence());
    }
    boolean isNew = RecoveryGate.registered(analysis) && activeDetection(analysis).isEmpty();
    if (!reasons.isEmpty() && !reasons.equals(whyNot.put(cluster, reasons))) {
      LOG.info("no recovery of {} cluster={} why={}", failed.key(), cluster, reasons);
    }
    // A failure that is not agreed upon yet is not told as one.
    boolean register = isNew && (verdict.agreed() || !RecoveryGate.recoverable(analysis));
    // What was only registered a moment ago must not hold up what is recovered now.
    String pause = reasons.isEmpty() ? failed.key().toString() : REGISTER_PAUSE + failed.key();
    if ((reasons.isEmpty() || register) && !place.pauses().paused(pause)) {
      place
          .threads()
          .launch(
              lockName(failed),
              "failure " + failed.key(),
              () -> handle(analysis, verdict, reasons.isEmpty(), pause, leadingSince));
    }
  }

  /** What two threads must not work on at once in this process. */
  private String lockName(Instance failed) {
    return record(failed).map(ClusterRecord::clusterId).orElse(failed.key().toString());
  }

  private Optional<ClusterRecord> record(Instance failed) {
    return place.database().clusters().byPrimaryUuid(failed.server().uuid());
  }

  private Optional<FailureDetection> activeDetection(Analysis analysis) {
    boolean actionable = RecoveryGate.recoverable(analysis);
    return place.database().detections().active(analysis.instance().key()).stream()
        .filter(detection -> detection.actionable() == actionable)
        .findFirst();
  }

  private void handle(
      Analysis analysis, Verdict verdict, boolean recover, String pause, Instant leadingSince) {
    try {
      long detectionId = detect(analysis, verdict);
      // Hooks take their time: meanwhile an order may have ended without knowing what it did, or
      // the server may be back.
      if (recover && gate.doubt(analysis, leadingSince).isEmpty()) {
        if (stands.test(analysis.instance().key())) {
          start(analysis, verdict, detectionId);
        } else {
          LOG.info("a failure is over before its recovery began key={}", analysis.instance().key());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      place.pauses().pause(pause, RecoveryRunner.RETRY_PAUSE);
    }
  }

  /** Registers a failure and runs its hooks, both once; gives the number of the detection. */
  private long detect(Analysis analysis, Verdict verdict) throws InterruptedException {
    Optional<FailureDetection> known = activeDetection(analysis);
    if (known.isPresent()) {
      return known.get().id();
    }
    Instance failed = analysis.instance();
    Outcome outcome =
        place
            .proposals()
            .propose(
                new Command.RegisterDetection(
                    failed.key(),
                    failed.placement().clusterName(),
                    analysis.clusterAlias(),
                    analysis.code().publishedName(),
                    words(analysis, verdict),
                    keys(analysis.replicas()),
                    RecoveryGate.recoverable(analysis),
                    place.config().node()));
    Optional<FailureDetection> registered = activeDetection(analysis);
    if (outcome.accepted() && registered.isPresent()) {
      HookFacts facts =
          HookFacts.of(registered.get(), place.config(), analysis.downtime().isPresent());
      List<String> lines =
          place.config().hooks().getOrDefault("OnFailureDetectionProcesses", List.of());
      for (String line : lines) {
        if (!place.hooks().run(line, facts, this::leading).good()) {
          break; // told in the log; the recovery itself does not depend on who listens
        }
      }
    }
    return registered.map(FailureDetection::id).orElse(0L);
  }

  private boolean leading() {
    return !place.threads().closed() && place.leadership().leads();
  }

  /** The judgement, and on whose word: kept with the detection and the recovery. */
  private static String words(Analysis analysis, Verdict verdict) {
    return verdict.equals(Verdict.ALONE)
        ? analysis.description()
        : analysis.description() + "; " + verdict.evidence();
  }

  private static List<InstanceKey> keys(List<Instance> instances) {
    return instances.stream().map(Instance::key).toList();
  }

  private void start(Analysis analysis, Verdict verdict, long detectionId) {
    Instance failed = analysis.instance();
    String cluster = failed.placement().clusterName();
    Optional<ClusterRecord> record = record(failed);
    if (record.isEmpty() || !place.leadership().leads()) {
      return;
    }
    List<String> locked = new ArrayList<>();
    locked.add(failed.server().uuid());
    locked.addAll(uuids(analysis.replicas()));
    Sessions sessions = rehearsals.take(failed.key());
    Recovery.Subject subject =
        new Recovery.Subject(
            DeadPrimaryPlaybook.KIND,
            record.get().clusterId(),
            cluster,
            analysis.clusterAlias(),
            failed.key(),
            failed.server().uuid(),
            analysis.code().publishedName(),
            words(analysis, verdict),
            keys(analysis.replicas()),
            locked,
            detectionId,
            "");
    Outcome outcome =
        place
            .proposals()
            .start(
                sessions.recoveryUid(),
                Roster.lockingAll(place.database(), subject),
                place.config().blockPeriod(),
                false);
    Optional<Recovery> begun =
        outcome.accepted()
            ? place.database().recoveries().byUid(sessions.recoveryUid())
            : Optional.empty();
    if (begun.isPresent()) {
      whyNot.remove(cluster);
      runner.run(begun.get(), sessions, begun.get().term() == sessions.term());
    } else {
      sessions.close();
      whyNot.put(cluster, List.of("the recovery could not be started: " + outcome));
    }
  }

  private static List<String> uuids(List<Instance> instances) {
    return instances.stream()
        .map(instance -> instance.server().uuid())
        .filter(uuid -> !uuid.isEmpty())
        .toList();
  }

  /** Replicas hold old connections to a source that nobody reaches: they connect anew. */
  private void reconnect(Analysis analysis, Verdict verdict) {
    Instance failed = analysis.instance();
    Optional<ClusterRecord> record = record(failed);
    if (record.isEmpty()) {
      return;
    }
    String lock = RECONNECT_LOCK + record.get().clusterId();
    if (place.threads().busy(lock)
        || !reconnects.take(
            record.get(), failed.placement().clusterName(), place.clock().instant())) {
      return;
    }
    List<Instance> replicas =
        analysis.replicas().stream().filter(i -> i.check().lastCheckValid()).toList();
    Recovery.Subject subject =
        new Recovery.Subject(
            ReconnectPlaybook.KIND,
            lock,
            failed.placement().clusterName(),
            analysis.clusterAlias(),
            failed.key(),
            failed.server().uuid(),
            analysis.code().publishedName(),
            words(analysis, verdict),
            keys(replicas),
            uuids(replicas),
            0,
            "");
    place
        .threads()
        .launch(
            lock,
            "reconnect " + failed.key(),
            () -> {
              String uid = place.proposals().newUid();
              if (place.proposals().start(uid, subject, Duration.ZERO, false).accepted()) {
                place.database().recoveries().byUid(uid).ifPresent(runner::run);
              }
            });
  }
}
