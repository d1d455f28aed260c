package dev.orchestrator.probe.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.fleet.TestServer;
import dev.orchestrator.probe.mysql.FailureCause;
import dev.orchestrator.probe.mysql.Observation;
import dev.orchestrator.probe.mysql.ServerStatus;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class SightingLogTest {
  private Instant now = TestServer.SEEN;
  private final KnownFleet fleet = new KnownFleet();
  private final SightingLog log = new SightingLog(fleet, patterns(), clock());

  private Clock clock() {
    InstantSource source = () -> now;
    return source.withZone(ZoneOffset.UTC);
  }

  private static PlacementPatterns patterns() {
    return new PlacementPatterns(
        new DiscoveryConfig(
            Duration.ofSeconds(5),
            1,
            true,
            "none",
            List.of(),
            List.of(),
            3306,
            "^(d)b",
            "nothing (here)",
            "^no group",
            "",
            false));
  }

  private SightingLog.Change reached(TestServer server, String hostname) {
    Instance instance = server.build();
    return log.ended(
        new Observation.Reached(
            instance.key(),
            now,
            Duration.ofMillis(3),
            new ServerStatus(
                hostname,
                instance.server(),
                instance.replication(),
                instance.semiSync(),
                List.of(),
                "alias",
                true)));
  }

  private SightingLog.Change unreached(int port) {
    return log.ended(
        new Observation.Unreached(
            new InstanceKey("db", port), now, FailureCause.REFUSED, "nobody", false));
  }

  @Test
  void goodVisitIsValidAndABadOneIsNotEvenWhenTheClockWasSetBack() {
    assertThat(reached(TestServer.at(1), "db").after().orElseThrow().check().lastCheckValid())
        .isTrue();
    now = now.minusSeconds(3_600);
    SightingLog.Change bad = unreached(1);
    assertThat(bad.after().orElseThrow().check().lastCheckValid()).isFalse();
    assertThat(bad.after().orElseThrow().check().error()).isEqualTo("REFUSED: nobody");
    assertThat(bad.matters()).isTrue();
    SightingLog.Change good = reached(TestServer.at(1), "db");
    assertThat(good.after().orElseThrow().check().lastCheckValid()).isTrue();
    assertThat(good.matters()).isTrue();
  }

  @Test
  void whatDoesNotChangeDoesNotMatter() {
    reached(TestServer.at(1), "db");
    now = now.plusSeconds(5);
    assertThat(reached(TestServer.at(1), "db").matters()).isFalse();
    assertThat(unreached(1).matters()).isTrue();
    now = now.plusSeconds(5);
    assertThat(unreached(1).matters()).isFalse();
  }

  @Test
  void firstVisitOfAServerKnownByNameMattersEvenIfItFails() {
    fleet.addBare(new InstanceKey("db", 1));
    assertThat(unreached(1).matters()).isTrue();
  }

  @Test
  void unknownServerThatDoesNotAnswerStaysUnknown() {
    assertThat(unreached(7).after()).isEmpty();
    assertThat(fleet.topology().instances()).isEmpty();
  }

  @Test
  void serverIsKnownByTheNameItGivesAndItsReplicasFollowThatName() {
    TestServer source = TestServer.at(1);
    reached(TestServer.at(2).below(source), "db");
    fleet.addBare(source.key());
    SightingLog.Change change = reached(source, "primary");
    InstanceKey name = new InstanceKey("primary", 1);
    assertThat(change.key()).isEqualTo(name);
    assertThat(fleet.find(source.key())).isEmpty();
    assertThat(fleet.topology().replicasOf(name)).hasSize(1);
    reached(TestServer.at(3).below(source), "db");
    assertThat(fleet.topology().replicasOf(name)).hasSize(2);
    assertThat(fleet.topology().clusterNames()).containsExactly("primary:1");
  }

  @Test
  void placementComesFromTheNameWhereAPatternMatches() {
    Instance seen = reached(TestServer.at(1), "db").after().orElseThrow();
    assertThat(seen.placement().dataCenter()).isEqualTo("d");
    assertThat(seen.placement().region()).isEmpty();
    assertThat(seen.placement().environment()).isEmpty();
    assertThat(seen.placement().suggestedAlias()).isEqualTo("alias");
  }

  @Test
  void ancestorsAreClimbedAndCirclesEnd() {
    TestServer one = TestServer.at(1);
    TestServer two = TestServer.at(2).below(one);
    one.below(two);
    reached(one, "db");
    reached(two, "db");
    assertThat(fleet.ancestorsOf(one.build())).extracting(i -> i.key().port()).containsExactly(2);
    assertThat(fleet.ancestorsOf(TestServer.at(3).below(one).build()))
        .extracting(i -> i.key().port())
        .containsExactly(1, 2);
  }

  @Test
  void filtersTakeExpressionsAndLiteralAddresses() {
    HostFilters filters = new HostFilters(List.of("10.0.0.3", "^test.*:33"));
    assertThat(filters.match(new InstanceKey("10.0.0.3", 3306))).isTrue();
    assertThat(filters.match(new InstanceKey("10.0.0.38", 3306))).isFalse();
    assertThat(filters.match(new InstanceKey("test1", 3306))).isTrue();
    assertThat(filters.match(new InstanceKey("test1", 1))).isFalse();
  }
}
