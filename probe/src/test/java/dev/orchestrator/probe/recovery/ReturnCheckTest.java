package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.topology.GtidSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When a replaced primary may follow, and what its return says of losses. */
class ReturnCheckTest {
  private static final String U1 = Readings.uuid(1);
  private static final String U2 = Readings.uuid(2);
  private static final DurabilityPolicy SEMI_SYNC =
      new DurabilityPolicy(true, 1, Set.of(), 2, "AFTER_SYNC", 1_000, "");

  private boolean allowed = true;
  private String durable = "true";
  private DurabilityPolicy promise = SEMI_SYNC;
  private String held = U1 + ":1-9";
  private String purged = "";

  private ReturnCheck check() {
    return ReturnCheck.of(
        new ReturnCheck.Facts(
            allowed,
            durable,
            promise,
            server(1, held, ""),
            server(2, U1 + ":1-9," + U2 + ":1-3", purged)));
  }

  private static ServerReading server(int n, String executed, String purged) {
    return new ServerReading(
        Readings.key(n),
        Readings.uuid(n),
        "8.0.33",
        n == 1,
        n == 1,
        true,
        true,
        "ON",
        GtidSet.parse(executed),
        GtidSet.parse(purged),
        Optional.empty(),
        0,
        ServerReading.SemiSync.NONE);
  }

  @Test
  void oneThatWasDurableAndHoldsNothingElseFollows() {
    assertThat(check().reasons()).isEmpty();
    assertThat(check().loss()).contains("lost none");
    held = U1 + ":1-7";
    assertThat(check().reasons()).as("what it lacks comes again").isEmpty();
  }

  @Test
  void settingsThatWereNotDurableOrNotSeenQuarantine() {
    durable = "false";
    assertThat(check().reasons()).singleElement().asString().contains("sync_binlog");
    assertThat(check().loss()).contains("unknown");
    durable = "unknown";
    assertThat(check().reasons()).singleElement().asString().contains("not known");
  }

  @Test
  void transactionsOfItsOwnQuarantineAndAreExplained() {
    held = U1 + ":1-12";
    assertThat(check().reasons()).singleElement().asString().contains("holds 3 transactions");
    assertThat(check().loss()).contains(U1 + ":10-12").contains("lost to nobody");
    promise = new DurabilityPolicy(true, 1, Set.of(), 2, "AFTER_COMMIT", 1_000, "");
    assertThat(check().loss()).contains("clients may have read them");
    promise = new DurabilityPolicy(true, 1, Set.of(), 2, "AFTER_SYNC", 1_000, "it fell back");
    assertThat(check().loss()).contains("unknown: it fell back");
    promise = DurabilityPolicy.ASYNCHRONOUS;
    assertThat(check().loss()).contains("may have been acknowledged: lost");
  }

  @Test
  void whatIsPurgedCannotBeMadeGood() {
    held = U1 + ":1-4";
    purged = U1 + ":1-6";
    assertThat(check().reasons()).singleElement().asString().contains("purged");
  }

  @Test
  void policyComesLastAndTheRestIsSaidAllTheSame() {
    allowed = false;
    assertThat(check().reasons()).containsExactly("OldPrimaryReturn is quarantine");
    durable = "false";
    assertThat(check().reasons()).hasSize(2);
  }
}
