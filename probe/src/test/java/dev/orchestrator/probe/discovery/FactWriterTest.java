package dev.orchestrator.probe.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.fleet.TestServer;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.StoreException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

class FactWriterTest {
  private final KnownFleet fleet = new KnownFleet();
  private final List<Integer> written = new ArrayList<>();
  private boolean broken;
  private final FactWriter writer = new FactWriter(new Recorder(), fleet);

  private void see(TestServer server) {
    fleet.put(server.build());
    writer.mark(server.key());
  }

  @Test
  void writesWhatWasMarkedOnce() {
    see(TestServer.at(1));
    writer.flush();
    writer.flush();
    assertThat(written).containsExactly(1);
  }

  @Test
  void triesAgainWhenTheStoreFails() {
    broken = true;
    see(TestServer.at(1));
    writer.flush();
    assertThat(written).isEmpty();
    broken = false;
    writer.flush();
    assertThat(written).containsExactly(1);
  }

  @Test
  void writesAgainWhoseClusterChangedThoughItWasNotVisited() {
    TestServer source = TestServer.at(1);
    TestServer replica = TestServer.at(2).below(source);
    see(source);
    see(replica);
    writer.flush();
    written.clear();
    see(source.below(TestServer.at(3)));
    see(TestServer.at(3));
    writer.flush();
    assertThat(written).containsExactly(1, 2, 3);
  }

  @Test
  void forgottenServerIsNotWrittenAgain() {
    see(TestServer.at(1));
    fleet.remove(TestServer.at(1).key());
    writer.delete(TestServer.at(1).key());
    writer.flush();
    assertThat(written).containsExactly(-1);
  }

  /** Writes ports; a deletion is the negative port. */
  private final class Recorder implements FactStore {
    @Override
    public List<Instance> load() {
      return List.of();
    }

    @Override
    public List<InstanceKey> seeds() {
      return List.of();
    }

    @Override
    public void save(Collection<Instance> instances) {
      if (broken) {
        throw new StoreException("disk full");
      }
      instances.forEach(instance -> written.add(instance.key().port()));
    }

    @Override
    public void delete(InstanceKey key) {
      written.add(-key.port());
    }
  }
}
