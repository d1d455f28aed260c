package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Choice.Promote;
import dev.orchestrator.probe.recovery.Choice.Refuse;
import dev.orchestrator.probe.topology.GtidSet;
import java.util.Optional;
import java.util.StringJoiner;

/** Says what a recovery may have lost; never more than is known (rules D3, D5). Pure. */
final class LossStatement {
  private static final int MAX_SET = 2_000;

  private LossStatement() {}

  /**
   * Of a promotion.
   *
   * @param acceptedBy who insisted on it whatever others hold, empty for nobody
   */
  static String ofPromotion(Promote promote, DurabilityPolicy policy, Optional<String> acceptedBy) {
    StringJoiner text = new StringJoiner("; ");
    text.add("policy: " + policy.words());
    text.add("promoted: " + bounded(promote.winner().received().toString()));
    GtidSet missing = promote.required().minus(promote.winner().received());
    text.add(
        "acknowledged transactions lost: "
            + acceptedBy.map(by -> "unknown: " + by + " insisted").orElseGet(() -> lost(policy)));
    if (!missing.isEmpty()) {
      text.add("given up although replicas hold them: " + bounded(missing.toString()));
    }
    text.add(
        policy.semiSync() && policy.waitPoint().equals("AFTER_COMMIT")
            ? "transactions that only the old primary has were not acknowledged, but clients may"
                + " have read them"
            : policy.semiSync()
                ? "transactions that only the old primary has were not acknowledged"
                : "transactions that only the old primary has may have been acknowledged");
    long acks =
        promote.followers().stream()
            .filter(follower -> Follower.acknowledges(follower.reading(), policy))
            .count();
    if (policy.semiSync() && acks < policy.acks()) {
      text.add(
          "writes wait: the new primary needs "
              + policy.acks()
              + " acknowledgements and "
              + acks
              + " replicas that can give them follow it");
    }
    promote.left().forEach((key, why) -> text.add(key + " left: " + why));
    return text.toString();
  }

  private static String lost(DurabilityPolicy policy) {
    if (!policy.semiSync()) {
      return "unknown: the primary did not wait for replicas";
    }
    return policy.doubt().isEmpty() ? "none" : "unknown: " + policy.doubt();
  }

  static String ofRefusal(Refuse refuse, DurabilityPolicy policy) {
    return "policy: "
        + policy.words()
        + "; nobody was promoted: "
        + refuse.reason().publishedName()
        + ": "
        + refuse.text();
  }

  private static String bounded(String set) {
    return set.length() <= MAX_SET ? set : set.substring(0, MAX_SET) + "...";
  }
}
