package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.SemiSyncFacts;
import dev.orchestrator.store.model.ServerFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DurabilityPolicyTest {
  private static final Instant SEEN = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant NOW = SEEN.plusSeconds(3);

  @Test
  void withoutSemiSyncNothingIsPromised() {
    DurabilityPolicy policy =
        DurabilityPolicy.of(server(1, SemiSyncFacts.NONE), List.of(acker(2)), NOW);
    assertThat(policy).isEqualTo(DurabilityPolicy.ASYNCHRONOUS);
    assertThat(policy.ackersNeeded()).isZero();
  }

  @Test
  void ackersAreTheReplicasThatAcknowledgeAndThoseNobodyEverRead() {
    DurabilityPolicy policy =
        DurabilityPolicy.of(
            server(1, facts(2, 1, true, 0, Long.MAX_VALUE)),
            List.of(acker(2), server(3, SemiSyncFacts.NONE), acker(4), Instance.known(key(5))),
            NOW);
    assertThat(policy.ackers()).containsExactly(Readings.uuid(2), Readings.uuid(4));
    assertThat(policy.ackerCount()).isEqualTo(3);
    assertThat(policy.ackersNeeded()).isEqualTo(2);
  }

  @Test
  void moreConnectedAckersThanKnownOnesCount() {
    DurabilityPolicy policy =
        DurabilityPolicy.of(
            server(1, facts(1, 4, true, 0, Long.MAX_VALUE)), List.of(acker(2)), NOW);
    assertThat(policy.ackersNeeded()).isEqualTo(4);
  }

  @Test
  void lossIsExcludedOnlyIfSemiSyncCannotHaveFallenBack() {
    assertThat(doubt(facts(1, 1, true, 0, Duration.ofDays(30).toMillis()))).isEmpty();
    assertThat(doubt(facts(1, 1, true, 0, 10_000))).contains("may have fallen back");
    assertThat(doubt(facts(1, 1, false, 0, Long.MAX_VALUE))).contains("had fallen back");
    assertThat(doubt(facts(1, 1, true, 2, Long.MAX_VALUE))).contains("2 times");
    assertThat(doubt(facts(1, 1, true, -1, Long.MAX_VALUE))).contains("not known");
  }

  @Test
  void argumentsReadBack() {
    DurabilityPolicy policy =
        DurabilityPolicy.of(
            server(1, facts(2, 1, true, 0, 10_000)), List.of(acker(2), acker(3)), NOW);
    assertThat(DurabilityPolicy.of(policy.arguments())).isEqualTo(policy);
    assertThat(DurabilityPolicy.of(DurabilityPolicy.ASYNCHRONOUS.arguments()))
        .isEqualTo(DurabilityPolicy.ASYNCHRONOUS);
  }

  private static String doubt(SemiSyncFacts facts) {
    return DurabilityPolicy.of(server(1, facts), List.of(acker(2)), NOW).doubt();
  }

  private static SemiSyncFacts facts(
      int acks, int clients, boolean status, long fallbacks, long timeoutMillis) {
    return new SemiSyncFacts(
        true, true, false, status, false, timeoutMillis, acks, clients, "AFTER_SYNC", fallbacks);
  }

  private static Instance acker(int n) {
    return server(n, new SemiSyncFacts(true, false, true, false, true, 0, 1, 0, "AFTER_SYNC", 0));
  }

  private static InstanceKey key(int n) {
    return Readings.key(n);
  }

  /** A server that has run for a day. */
  static Instance server(int n, SemiSyncFacts semiSync) {
    Instance bare = Instance.known(key(n));
    ServerFacts unknown = ServerFacts.UNKNOWN;
    ServerFacts server =
        new ServerFacts(
            Readings.uuid(n),
            n,
            "8.0.33",
            "",
            Duration.ofDays(1).toSeconds(),
            false,
            false,
            "ROW",
            "FULL",
            true,
            true,
            unknown.selfCoordinates(),
            "ON",
            "",
            "",
            "");
    return new Instance(
        key(n),
        server,
        bare.replication(),
        semiSync,
        List.of(),
        bare.placement(),
        new CheckTimes(SEEN, SEEN, SEEN, false, Duration.ZERO, ""));
  }
}
