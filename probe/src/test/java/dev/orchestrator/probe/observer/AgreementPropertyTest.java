package dev.orchestrator.probe.observer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.observer.ObservedModel.Fate;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Who is replaced, and who is not, in generated disasters. */
class AgreementPropertyTest {
  private static final int CASES = 1_000;
  private static final int RUN_MILLIS = 15_000;
  private static final int DUE_MILLIS = 2_500;

  @Property(tries = CASES)
  void aPrimaryThatOneHeardMemberReachesIsNeverReplaced(@ForAll long seed) {
    assertThat(new ObservedModel(seed, Fate.LIVES, true).actedAfter(RUN_MILLIS)).isEmpty();
  }

  @Property(tries = CASES)
  void aRestartWithinTheReactionTimeAFullTableAndSlowAnswersCauseNothing(@ForAll long seed) {
    for (Fate fate : List.of(Fate.RESTARTS, Fate.FULL, Fate.SLOW)) {
      assertThat(new ObservedModel(seed, fate, false).actedAfter(RUN_MILLIS))
          .as("%s", fate)
          .isEmpty();
    }
  }

  @Example
  void trueFailuresAreActedOn() {
    List<Long> times = new ArrayList<>();
    for (int seed = 0; seed < CASES; seed++) {
      OptionalLong acted = new ObservedModel(seed, Fate.DIES, false).actedAfter(DUE_MILLIS);
      acted.ifPresent(times::add);
    }
    times.sort(null);
    assertThat(times).hasSizeGreaterThanOrEqualTo(CASES * 99 / 100);
    assertThat(times.get(times.size() / 2)).as("median in ms").isLessThan(900);
  }

  @Example
  void trueFailuresAreActedOnWhileSomeAreCutOff() {
    int acted = 0;
    for (int seed = 0; seed < CASES; seed++) {
      acted += new ObservedModel(seed, Fate.DIES, true).actedAfter(RUN_MILLIS).isPresent() ? 1 : 0;
    }
    assertThat(acted).isGreaterThanOrEqualTo(CASES * 99 / 100);
  }
}
