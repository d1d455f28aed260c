package dev.orchestrator.probe.discovery;

import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Visits every known server each poll interval, and at once when asked or when the watch session to
 * a source breaks; stores what it saw. Thread-safe.
 */
public final class DiscoveryLoop implements AutoCloseable {
  /**
   * @param active whether this node shall visit at all (part of a quorum)
   */
  public DiscoveryLoop(
      DiscoveryConfig config,
      FleetConnector connector,
      Database database,
      Clock clock,
      BooleanSupplier active) {
    throw new UnsupportedOperationException("" + config + clock + active);
  }

  public void start() {
    throw new UnsupportedOperationException();
  }

  /**
   * Visits one server now, stores and returns what was seen; its source and replicas are queued.
   *
   * @throws dev.orchestrator.probe.ProbeException it cannot be reached or read within the timeout
   */
  public Instance visitNow(InstanceKey key, Duration timeout) {
    throw new UnsupportedOperationException("" + key + timeout);
  }

  /** Queues visits as soon as possible, each instance at most about once per 200 ms. */
  public void hurry(Collection<InstanceKey> keys) {
    throw new UnsupportedOperationException("" + keys);
  }

  /** Forgets a server: its row is deleted and it is not visited again until asked. */
  public void forget(InstanceKey key) {
    throw new UnsupportedOperationException("" + key);
  }

  /**
   * Calls the listener, on a visit's thread, when a visit changed what is known of reachability or
   * replication.
   */
  public void onChange(Consumer<InstanceKey> listener) {
    throw new UnsupportedOperationException("" + listener);
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
