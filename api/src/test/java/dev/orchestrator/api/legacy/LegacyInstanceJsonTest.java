package dev.orchestrator.api.legacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.Json;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.ServerFacts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LegacyInstanceJsonTest {
  private static final ApiConfig.Fleet LIMITS = Sample.LIMITS;

  @Test
  void documentedInstanceIsWrittenByteForByte() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/golden/instance.json")) {
      String expected = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      assertThat(text(LegacyInstanceJson.of(Sample.view(Sample.documented())))).isEqualTo(expected);
    }
  }

  @Test
  void thereAreEightySevenFields() {
    assertThat(LegacyInstanceJson.of(Sample.view(Sample.documented()))).hasSize(87);
  }

  @Test
  void neverSeenHasNoTimes() {
    assertThat(LegacyInstanceJson.of(Sample.view(Instance.known(Sample.key(1)))))
        .containsEntry("LastSeenTimestamp", "")
        .containsEntry("SecondsSinceLastSeen", Map.of("Int64", 0L, "Valid", false))
        .containsEntry("IsUpToDate", false)
        .containsEntry("FlavorName", "unknown")
        .containsEntry("MasterKey", Map.of("Hostname", "", "Port", 0))
        .containsEntry("Problems", List.of("last_check_invalid"));
  }

  @Test
  void downtimeIsInForceWithItsTimes() {
    Instant begin = Sample.NOW.minusSeconds(2);
    Downtime downtime =
        new Downtime(
            Sample.key(22294), "me", "why", begin, Instant.parse("2026-11-21T03:56:24.7Z"));
    InstanceView view =
        new InstanceView(Sample.documented(), Optional.of(downtime), LIMITS, Sample.NOW);
    assertThat(LegacyInstanceJson.of(view))
        .containsEntry("IsDowntimed", true)
        .containsEntry("DowntimeOwner", "me")
        .containsEntry("DowntimeReason", "why")
        .containsEntry("DowntimeEndTimestamp", "2026-11-21 03:56:24")
        .containsEntry("ElapsedDowntime", 2_000_000_000L);
  }

  @Test
  void errorsAreQuotedTheOldWay() {
    assertThat(QuotedText.of("")).isEmpty();
    assertThat(QuotedText.of("a \"b\"\n\\ \u0001\u007f é \uD83D\uDC2C"))
        .isEqualTo("\"a \\\"b\\\"\\n\\\\ \\x01\\x7f \\u00e9 \\U0001f42c\"");
  }

  @Test
  void oneProblemOfReachabilityOrReplicationThenErrantTransactions() {
    Instance good =
        Sample.instance(1, Sample.server("8.0.36", true), Sample.replication(2, 0), 1, Sample.NOW);
    assertThat(Sample.view(good).problems()).isEmpty();
    assertThat(Sample.view(good).problematic()).isFalse();
    assertThat(Sample.view(good.withCheck(at(Sample.NOW.minusSeconds(25)))).problems()).isEmpty();
    assertThat(Sample.view(good.withCheck(at(Sample.NOW.minusSeconds(26)))).problems())
        .containsExactly("not_recently_checked");
    assertThat(Sample.view(with(good, Sample.replication(2, 10))).problems()).isEmpty();
    assertThat(Sample.view(with(good, Sample.replication(2, 11))).problems())
        .containsExactly("replication_lag");
    ServerFacts s = good.server();
    ServerFacts errant =
        new ServerFacts(
            s.uuid(),
            s.serverId(),
            s.version(),
            s.versionComment(),
            1,
            false,
            false,
            "ROW",
            "",
            true,
            true,
            s.selfCoordinates(),
            "ON",
            "",
            "",
            "uuid:1");
    Instance both =
        new Instance(
            good.key(),
            errant,
            Sample.replication(2, 11),
            good.semiSync(),
            List.of(),
            good.placement(),
            good.check());
    assertThat(Sample.view(both).problems()).containsExactly("replication_lag", "errant_gtid");
  }

  private static CheckTimes at(Instant when) {
    return new CheckTimes(when, when, when, false, Duration.ZERO, "");
  }

  private static Instance with(Instance instance, ReplicationFacts replication) {
    return new Instance(
        instance.key(),
        instance.server(),
        replication,
        instance.semiSync(),
        instance.replicas(),
        instance.placement(),
        instance.check());
  }

  static String text(Object json) {
    return new String(Json.bytes(json), StandardCharsets.UTF_8);
  }
}
