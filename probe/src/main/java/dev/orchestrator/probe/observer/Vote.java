package dev.orchestrator.probe.observer;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What one voter's newest report says about a source. Pure. */
enum Vote {
  /** Nothing was heard of this voter lately. */
  SILENT,
  /** It sees nearly nothing of the fleet. */
  BLIND,
  /** It has not looked since the failure began. */
  PENDING,
  /** It saw the server answer since then, or was turned away by it. */
  ALIVE,
  /** It saw the server answer since then, and accept writes. */
  WRITABLE,
  /** Several of its newest visits failed. */
  GONE;

  /** A report that is older than this says nothing of now. */
  static final long FRESH_MILLIS = 2_500;

  private static final int MIN_FAILURES = 2;

  /** Failures by which a server shows that it lives. */
  private static final Set<String> SIGNS_OF_LIFE =
      Set.of("TOO_MANY_CONNECTIONS", "DENIED", "STATEMENT_FAILED");

  static Vote of(Ballot ballot, String voter) {
    Ballot.Heard heard = ballot.heard().get(voter);
    if (heard == null || heard.ageMillis() > FRESH_MILLIS) {
      return SILENT;
    }
    Optional<Sighting> sighting = heard.report().of(ballot.source());
    if (sighting.isPresent()) {
      Sighting seen = sighting.get();
      boolean failing = seen.failures() > 0;
      if (!failing && saidSince(seen.goodAgeMillis(), heard, ballot)) {
        return seen.writable() ? WRITABLE : ALIVE;
      }
      if (failing && SIGNS_OF_LIFE.contains(seen.cause())) {
        return ALIVE;
      }
      if (seen.failures() >= MIN_FAILURES && !heard.report().blind()) {
        return GONE;
      }
    }
    return heard.report().blind() ? BLIND : PENDING;
  }

  /** How long notes travel only makes a good visit look newer, which is the safe side. */
  private static boolean saidSince(OptionalLong age, Ballot.Heard heard, Ballot ballot) {
    return age.isPresent() && age.getAsLong() + heard.ageMillis() < ballot.failingForMillis();
  }
}
