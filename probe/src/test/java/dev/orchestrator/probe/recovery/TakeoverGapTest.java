package dev.orchestrator.probe.recovery;

import static dev.orchestrator.probe.recovery.Readings.DEAD_UUID;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.topology.GtidSet;
import org.junit.jupiter.api.Test;

/** A gap keeps a replica from taking over; being behind does not. */
class TakeoverGapTest {
  @Test
  void beingBehindIsNoGap() {
    assertThat(gap(10, "1-10", "")).isEmpty();
    assertThat(gap(10, "1-5", "1-5")).isEmpty();
    assertThat(gap(10, "1-5", "1-10")).isEmpty();
    assertThat(gap(10, "1-5", "3-8")).isEmpty();
    assertThat(gap(10, "1-12", "11-12")).isEmpty();
  }

  @Test
  void whatTheApplierHasPassedIsAGap() {
    assertThat(gap(10, "1-3:5-10", "")).isEqualTo("4");
    assertThat(gap(10, "1-3:5-8", "4-10")).isEqualTo("4");
    assertThat(gap(10, "2:9", "")).isEqualTo("1:3-8");
  }

  @Test
  void whatTheReceiverHasPassedIsAGap() {
    assertThat(gap(10, "1-3", "5-10")).isEqualTo("4");
  }

  @Test
  void transactionsOfOthersAreComparedByTheirOwnOrigin() {
    GtidSet missing = GtidSet.parse(DEAD_UUID + ":4," + Readings.uuid(9) + ":1");
    assertThat(missing.before(GtidSet.parse(DEAD_UUID + ":1-3:5"))).hasToString(DEAD_UUID + ":4");
    assertThat(missing.before(GtidSet.parse(DEAD_UUID + ":1-3"))).hasToString("");
  }

  private static String gap(int primary, String executed, String retrieved) {
    ServerReading source = Readings.replica(1, primary).read().reading();
    Readings replica = Readings.replica(2, 0).executing(DEAD_UUID + ":" + executed);
    GtidSet gap =
        TakeoverCheck.gap(
            source,
            (retrieved.isEmpty() ? replica : replica.retrieved(DEAD_UUID + ":" + retrieved))
                .read()
                .reading());
    return gap.toString().replace(DEAD_UUID + ":", "");
  }
}
