package dev.orchestrator.probe.observer;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Who must see a primary gone before it is replaced. Immutable.
 *
 * @param rule which members must agree
 * @param aloneAfter how long a failure must have lasted before the only member that sees anything
 *     acts on its own word
 * @param dataCenterPattern DataCenterPattern, applied to the members' names; needed by {@link
 *     Rule#DATA_CENTERS}
 */
public record AgreementPolicy(Rule rule, Duration aloneAfter, Pattern dataCenterPattern) {
  /** Matches every name, so that all members are in one data center. */
  public static final Pattern ONE_DATA_CENTER = Pattern.compile("()");

  /** Which members must agree. */
  public enum Rule {
    /** A majority of the members that are heard and see something of the fleet. */
    MAJORITY,
    /** A majority of the data centers; needs three of them. */
    DATA_CENTERS,
    /** The leader alone; a member that sees the primary writable still forbids. */
    LEADER
  }

  /** Data center of a member, {@code ""} where the pattern does not match. */
  String dataCenter(String member) {
    var match = dataCenterPattern.matcher(member);
    return match.find() && match.groupCount() > 0 && match.group(1) != null ? match.group(1) : "";
  }

  /** Number of data centers among members. */
  public static long dataCenters(Iterable<String> members, Pattern pattern) {
    AgreementPolicy policy = new AgreementPolicy(Rule.DATA_CENTERS, Duration.ZERO, pattern);
    return java.util.stream.StreamSupport.stream(members.spliterator(), false)
        .map(policy::dataCenter)
        .distinct()
        .count();
  }
}
