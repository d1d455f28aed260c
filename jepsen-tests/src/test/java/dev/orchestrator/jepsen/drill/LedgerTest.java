package dev.orchestrator.jepsen.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private final Ledger ledger = new Ledger();

  @Test
  void lostIsWhatWasAcknowledgedAndIsNotThere() {
    ledger.acknowledge(1, "db1", 0);
    ledger.acknowledge(2, "db1", 0);
    ledger.fail();
    ledger.acknowledge(4, "db2", 0);
    assertThat(ledger.lost(Set.of(1L, 3L, 4L))).containsExactly(2L);
  }

  @Test
  void aRowOfUnknownOutcomeIsNeitherAcknowledgedNorLost() {
    ledger.fail();
    assertThat(ledger.lost(Set.of())).isEmpty();
    assertThat(ledger.unknownCount()).isEqualTo(1);
    assertThat(ledger.count()).isZero();
  }

  @Test
  void knowsTheFirstWriteOnAnotherServer() {
    ledger.acknowledge(1, "db1", 10);
    assertThat(ledger.firstNotBy("db1")).isEmpty();
    ledger.acknowledge(2, "db2", 20);
    ledger.acknowledge(3, "db2", 30);
    assertThat(ledger.firstNotBy("db1").orElseThrow().id()).isEqualTo(2);
  }
}
