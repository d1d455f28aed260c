package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.sql.Database;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A server that may be writable: a recovery had the permission to promote it and ended without
 * knowing whether it did (rule A5). While that is open, nobody else of its cluster is promoted but
 * at a named person's word. Immutable.
 *
 * @param recovery the recovery that ended so
 * @param key the server's address
 * @param uuid its server uuid
 */
record PromotionDoubt(Recovery recovery, InstanceKey key, String uuid) {
  private static final int MAX_HISTORY = 1_000;

  private static final Set<String> PROMOTES =
      Set.of(DeadPrimaryPlaybook.KIND, PlannedTakeoverPlaybook.KIND);

  /**
   * The doubt that a cluster's recoveries leave, until a later one succeeds. Recoveries that fail
   * without having tried a promotion take nothing back.
   */
  static Optional<PromotionDoubt> left(Database database, ClusterRecord record) {
    return database.recoveries().newest(false, 0, MAX_HISTORY).stream()
        .filter(past -> past.subject().clusterId().equals(record.clusterId()))
        .filter(past -> PROMOTES.contains(past.subject().kind()))
        .filter(past -> successful(past) || unknown(past))
        .findFirst()
        .filter(past -> !successful(past))
        .flatMap(past -> of(database, record, past));
  }

  /**
   * The doubt that keeps others from being promoted: the server was not seen since.
   *
   * @param leadingSince start of this node's leadership: older visits do not count
   */
  static Optional<PromotionDoubt> open(
      Database database, ClusterRecord record, Instant leadingSince) {
    return left(database, record).filter(doubt -> !doubt.seen(database, leadingSince));
  }

  private static boolean successful(Recovery past) {
    return past.ending().map(Recovery.Ending::successful).orElse(false);
  }

  private static boolean unknown(Recovery past) {
    return past.ending().stream()
        .flatMap(ending -> ending.errors().stream())
        .anyMatch(error -> error.startsWith(Outcomes.PROMOTION_UNKNOWN));
  }

  private static Optional<PromotionDoubt> of(
      Database database, ClusterRecord record, Recovery past) {
    Ledger ledger = new Ledger(database.recoverySteps().of(past.uid()));
    Optional<RecoveryStep> tried =
        ledger.of(StepKind.SET_WRITABLE).stream()
            .filter(step -> step.attempt() > 0 && step.state() != RecoveryStep.State.DONE)
            .reduce((_, later) -> later);
    if (tried.isPresent()) {
      RecoveryStep step = tried.get();
      boolean revoked =
          ledger.of(StepKind.REVOKE_PROMOTION).stream()
              .anyMatch(
                  revoke ->
                      revoke.state() == RecoveryStep.State.DONE
                          && revoke.targetUuid().equals(step.targetUuid()));
      return revoked
          ? Optional.empty()
          : Optional.of(new PromotionDoubt(past, step.target(), step.targetUuid()));
    }
    // Without its ledger: it is designated before it is made writable.
    return past.subject().failedUuid().equals(record.primaryUuid())
        ? Optional.empty()
        : Optional.of(new PromotionDoubt(past, record.primaryKey(), record.primaryUuid()));
  }

  /** Whether a visit that began after all that has read its state, whatever that is. */
  boolean seen(Database database, Instant leadingSince) {
    Instant ended = recovery.ending().map(Recovery.Ending::endedAt).orElse(Instant.MAX);
    Instant from = ended.isAfter(leadingSince) ? ended : leadingSince;
    return database
        .instances()
        .find(key)
        .filter(instance -> instance.server().uuid().equals(uuid))
        .map(instance -> instance.check().seenAt().minus(instance.check().latency()))
        .filter(began -> began.isAfter(from))
        .isPresent();
  }

  /** Why nobody else is promoted, and what a person can do about it. */
  String refusal() {
    return "the outcome of the promotion of "
        + key
        + " by recovery "
        + recovery.uid()
        + " is unknown: it may be writable, so nobody else is promoted until this leader has seen"
        + " it again; bring it back, or insist on another server by name: "
        + Questions.insistPath(recovery);
  }

  /** What the person does who gave an order without waiting. */
  String insisted(Order order) {
    return order.lossAcceptedBy().orElse("nobody")
        + " insists although the promotion of "
        + key
        + " by recovery "
        + recovery.uid()
        + " has an unknown outcome";
  }
}
