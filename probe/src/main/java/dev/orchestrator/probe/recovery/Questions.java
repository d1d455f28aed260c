package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.Database;
import java.util.List;
import java.util.Optional;

/** Finds the question that a cluster's newest failover has left open (rules A5, D6). Stateless. */
final class Questions {
  private static final int RECENT = 100;

  private Questions() {}

  /** The cluster's newest failover, if it ended without knowing whether it promoted somebody. */
  static Optional<Recovery> promotionUnknown(Database database, ClusterRecord record) {
    return newest(database, record)
        .filter(past -> says(past, Outcomes.PROMOTION_UNKNOWN))
        .filter(past -> !past.subject().failedUuid().equals(record.primaryUuid()));
  }

  static Optional<Question> open(Database database, ClusterRecord record) {
    Optional<Recovery> newest = newest(database, record);
    if (newest.isEmpty()) {
      return Optional.empty();
    }
    Recovery past = newest.get();
    String cluster = past.subject().clusterName();
    Question.Answer giveUp =
        new Question.Answer(
            "force-master-takeover/" + cluster + "/SERVER?acceptLossBy=NAME",
            "promote the named server, whatever others hold or accepted; what is given up is kept"
                + " with the recovery");
    if (promotionUnknown(database, record).isPresent()) {
      return Optional.of(
          new Question(
              past.uid(),
              record.primaryKey()
                  + " may be writable: the outcome of its promotion is unknown. Bring it back, or"
                  + " insist on another server",
              List.of(giveUp)));
    }
    String delayed = Choice.Reason.DELAYED_REPLICA_HOLDS_DATA.publishedName();
    return says(past, delayed)
        ? Optional.of(
            new Question(
                past.uid(),
                String.join("; ", past.ending().orElseThrow().errors()),
                List.of(
                    new Question.Answer(
                        "recover/"
                            + past.subject().failedKey().host()
                            + "/"
                            + past.subject().failedKey().port()
                            + "?endDelayBy=NAME",
                        "end the delay of the replica that holds all data, apply it and promote"),
                    giveUp)))
        : Optional.empty();
  }

  private static Optional<Recovery> newest(Database database, ClusterRecord record) {
    return database.recoveries().newest(false, 0, RECENT).stream()
        .filter(past -> past.subject().clusterId().equals(record.clusterId()))
        .filter(past -> past.subject().kind().equals(DeadPrimaryPlaybook.KIND))
        .findFirst()
        .filter(past -> past.ending().isPresent() && !past.ending().get().successful());
  }

  private static boolean says(Recovery past, String reason) {
    return past.ending().stream()
        .flatMap(ending -> ending.errors().stream())
        .anyMatch(error -> error.startsWith(reason));
  }
}
