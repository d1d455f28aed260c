package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.Database;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Finds the question that a cluster's recoveries have left open (rules A5, D6). Stateless. */
final class Questions {
  private static final int RECENT = 100;

  private Questions() {}

  /** The order by which a named person insists on another server. */
  static String insistPath(Recovery past) {
    return Order.FORCED_TAKEOVER + "/" + past.subject().clusterName() + "/SERVER?acceptLossBy=NAME";
  }

  private static Question.Answer insist(Recovery past) {
    return new Question.Answer(
        insistPath(past),
        "promote the named server, whatever others hold or accepted; what is given up is kept"
            + " with the recovery");
  }

  /**
   * The question that is open now.
   *
   * @param leadingSince start of this node's leadership: older visits answer nothing
   */
  static Optional<Question> open(Database database, ClusterRecord record, Instant leadingSince) {
    Optional<PromotionDoubt> doubt = PromotionDoubt.open(database, record, leadingSince);
    if (doubt.isPresent()) {
      Recovery past = doubt.get().recovery();
      return Optional.of(
          new Question(
              past.uid(),
              doubt.get().key()
                  + " may be writable: the outcome of its promotion is unknown. Bring it back, or"
                  + " insist on another server",
              List.of(insist(past))));
    }
    Optional<Recovery> newest = newest(database, record);
    if (newest.isEmpty()) {
      return Optional.empty();
    }
    Recovery past = newest.get();
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
                    insist(past))))
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
