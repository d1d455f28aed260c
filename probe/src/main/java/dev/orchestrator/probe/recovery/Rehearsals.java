package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uses the reaction time: while a failure has to last, the sessions of the recovery that may follow
 * are opened on the replicas, and each is read once. Nothing is changed anywhere. Thread-safe.
 */
final class Rehearsals {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsals.class);

  /** More disasters at once than this begin without a rehearsal. */
  private static final int MAX_REHEARSED = 20;

  private final Workplace place;
  private final Map<InstanceKey, Sessions> rehearsed = new ConcurrentHashMap<>();

  Rehearsals(Workplace place) {
    this.place = place;
  }

  /** Begins what is missing, and ends what is not needed any more. */
  void keep(Collection<Analysis> recoverable) {
    List<InstanceKey> wanted = recoverable.stream().map(a -> a.instance().key()).toList();
    for (InstanceKey key : List.copyOf(rehearsed.keySet())) {
      if (!wanted.contains(key)) {
        Sessions ended = rehearsed.remove(key);
        if (ended != null) {
          ended.close();
        }
      }
    }
    for (Analysis analysis : recoverable) {
      InstanceKey key = analysis.instance().key();
      String lock = "rehearsal " + key;
      boolean known = rehearsed.containsKey(key) || place.pauses().paused(lock);
      if (!known && rehearsed.size() < MAX_REHEARSED) {
        place.pauses().pause(lock, RecoveryRunner.RETRY_PAUSE.multipliedBy(5));
        Sessions sessions = newSessions();
        rehearsed.put(key, sessions);
        place.threads().launch(lock, "rehearsal " + key, () -> imagine(analysis));
        for (Instance replica : analysis.replicas()) {
          place
              .threads()
              .launch(
                  lock + " " + replica.key(),
                  "rehearsal " + replica.key(),
                  () -> read(sessions, replica.key()));
        }
      }
    }
  }

  /** What would be done, thrown away: the code for it is loaded and warm when it is needed. */
  private void imagine(Analysis analysis) {
    List<Instance> members = new ArrayList<>(analysis.replicas());
    members.add(analysis.instance());
    Advisor advisor = new Advisor(place.config(), place.database());
    advisor
        .record(members)
        .map(
            record ->
                advisor.failoverAdvice(
                    record,
                    Topology.of(members),
                    analysis.instance(),
                    new Order("", Optional.empty()),
                    place.clock().instant()))
        .ifPresent(
            advice ->
                LOG.info(
                    "rehearsed primary={} successor={} choice={}",
                    analysis.instance().key(),
                    advice.successor(),
                    advice.choice()));
  }

  private Sessions newSessions() {
    return new Sessions(
        place.connector(),
        place.config().stepTimeout(),
        place.proposals().newUid(),
        place.leadership().term());
  }

  private static void read(Sessions sessions, InstanceKey replica) {
    try {
      var _ = sessions.read(replica);
    } catch (SQLException e) {
      LOG.info("cannot open a session ahead of a recovery key={} why={}", replica, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sessions for a recovery that starts now: rehearsed ones, if they are of this term. */
  Sessions take(InstanceKey primary) {
    Sessions sessions = rehearsed.remove(primary);
    if (sessions != null && sessions.term() == place.leadership().term()) {
      return sessions;
    }
    if (sessions != null) {
      sessions.close();
    }
    return newSessions();
  }
}
