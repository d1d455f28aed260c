package dev.orchestrator.probe.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.fleet.TestServer;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StalledSourcesTest {
  private final StalledSources stalled = new StalledSources(Duration.ofSeconds(10));
  private final TestServer source = TestServer.at(1).semiSyncSource(true, 1, 0);

  private Set<InstanceKey> at(long seconds) {
    return stalled.update(
        Topology.of(List.of(source.build())), Duration.ofSeconds(seconds).toNanos());
  }

  @Test
  void sourceIsStalledWhenItsBinaryLogStandsStillWhileItWaits() {
    assertThat(at(0)).isEmpty();
    assertThat(at(10)).isEmpty();
    assertThat(at(11)).containsExactly(source.key());
    source.position(5);
    assertThat(at(12)).isEmpty();
    assertThat(at(23)).containsExactly(source.key());
    source.semiSyncSource(true, 1, 1);
    assertThat(at(24)).isEmpty();
    source.semiSyncSource(true, 1, 0);
    assertThat(at(25)).isEmpty();
  }
}
