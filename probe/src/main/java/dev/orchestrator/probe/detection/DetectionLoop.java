package dev.orchestrator.probe.detection;

import dev.orchestrator.probe.discovery.DiscoveryLoop;
import dev.orchestrator.probe.recovery.RecoverySupervisor;
import dev.orchestrator.store.command.Leadership;
import java.time.Clock;

/**
 * Judges the fleet each tick and whenever discovery reports a change; asks for fresh visits where a
 * judgement needs them; hands failures that lasted to the {@link RecoverySupervisor} while this
 * node leads. Confined to its own thread.
 */
public final class DetectionLoop implements AutoCloseable {
  public DetectionLoop(
      DetectionConfig config,
      FleetView fleet,
      DiscoveryLoop discovery,
      RecoverySupervisor supervisor,
      Leadership leadership,
      Clock clock) {
    throw new UnsupportedOperationException("" + config + leadership + clock);
  }

  public void start() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
