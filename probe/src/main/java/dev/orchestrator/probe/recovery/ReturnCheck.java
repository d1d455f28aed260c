package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.topology.GtidSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a replaced primary that has come back may follow its successor, and what its return says
 * of the failover's losses (rules D5, D9). Pure.
 *
 * @param reasons why it is quarantined; none when it may follow
 * @param loss completes the loss statement of the failover
 */
record ReturnCheck(List<String> reasons, String loss) {
  private static final int MAX_SET = 2_000;

  ReturnCheck {
    reasons = List.copyOf(reasons);
  }

  /**
   * What is known when an old primary has come back.
   *
   * @param allowed policy lets it come back by itself
   * @param durable what was seen of its settings before its death: "true", "false", or unknown
   * @param promise what it promised before its death
   * @param old the old primary
   * @param successor the designated primary, read after it
   */
  record Facts(
      boolean allowed,
      String durable,
      DurabilityPolicy promise,
      ServerReading old,
      ServerReading successor) {}

  static ReturnCheck of(Facts facts) {
    List<String> reasons = new ArrayList<>();
    GtidSet extra = facts.old().received().minus(facts.successor().executed());
    if (!facts.durable().equals("true")) {
      reasons.add(
          facts.durable().equals("false")
              ? "before its death sync_binlog and innodb_flush_log_at_trx_commit were not both 1:"
                  + " its data and its binary log may differ"
              : "it is not known whether its settings before its death were durable");
    }
    if (!extra.isEmpty()) {
      reasons.add(
          "it holds "
              + extra.count()
              + " transactions that the new primary lacks: "
              + shown(extra));
    }
    if (!facts.old().gtidMode().equals("ON") || !facts.successor().gtidMode().equals("ON")) {
      reasons.add("gtid_mode is not ON on both");
    }
    GtidSet gone = facts.successor().purged().minus(facts.old().executed());
    if (!gone.isEmpty()) {
      reasons.add("the new primary has purged what it still needs: " + shown(gone));
    }
    if (facts.old().channel().isPresent()) {
      reasons.add("it replicates from " + facts.old().channel().get().source() + " already");
    }
    if (!facts.allowed()) {
      reasons.add("OldPrimaryReturn is quarantine");
    }
    return new ReturnCheck(reasons, loss(facts, extra));
  }

  /** What only the old primary held, and what that means by its promise (rule D5). */
  private static String loss(Facts facts, GtidSet extra) {
    DurabilityPolicy promise = facts.promise();
    if (extra.isEmpty()) {
      String itself =
          facts.durable().equals("true")
              ? ""
              : "; what it had lost of its own binary log in its death is unknown";
      return "the old primary holds nothing that was not promoted: lost none" + itself;
    }
    String held = "only the old primary holds " + extra.count() + ": " + shown(extra);
    String meaning;
    if (promise.semiSync() && promise.doubt().isEmpty()) {
      meaning =
          promise.waitPoint().equals("AFTER_COMMIT")
              ? "; not acknowledged before its death, but clients may have read them"
              : "; not acknowledged before its death, and lost to nobody";
    } else if (promise.semiSync()) {
      meaning = "; whether they were acknowledged is unknown: " + promise.doubt();
    } else {
      meaning = "; they may have been acknowledged: lost";
    }
    return held + meaning + "; those written since it came back, if any, were acknowledged by it";
  }

  private static String shown(GtidSet set) {
    String text = set.toString();
    return text.length() <= MAX_SET ? text : text.substring(0, MAX_SET) + "...";
  }
}
