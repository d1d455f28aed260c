package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Starts, runs, takes over and ends recoveries while this node leads. One virtual thread per
 * recovery; at most one recovery per cluster, by the locks in the log. Thread-safe.
 */
public final class RecoverySupervisor implements AutoCloseable {
  /**
   * @param revisit asked to visit servers at once, for example those that a recovery changed
   */
  public RecoverySupervisor(
      RecoveryConfig config,
      FleetConnector connector,
      Database database,
      Replicator replicator,
      Leadership leadership,
      Clock clock,
      Consumer<Collection<InstanceKey>> revisit) {
    throw new UnsupportedOperationException(
        "" + config + leadership + clock + revisit + replicator);
  }

  /**
   * Keeps the primary records, registers failures, and starts recoveries where policy says so.
   * Returns soon: recoveries run on threads of their own.
   *
   * @param lasting judgements whose failure has lasted the reaction time and was confirmed
   */
  public void consider(Topology topology, List<Analysis> all, List<Analysis> lasting) {
    throw new UnsupportedOperationException("" + topology.instances() + all + lasting);
  }

  /** Tells of a change of leadership: running recoveries are taken over or left alone. */
  public void leadershipChanged() {
    throw new UnsupportedOperationException();
  }

  /**
   * Whether a dead primary of this cluster is replaced automatically, by
   * RecoverMasterClusterFilters.
   */
  public boolean recoversPrimaryOf(String clusterName, String clusterAlias) {
    throw new UnsupportedOperationException(clusterName + clusterAlias);
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
