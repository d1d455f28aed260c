package dev.orchestrator.api.http;

import dev.orchestrator.probe.detection.FleetView;
import dev.orchestrator.probe.recovery.RecoveryOrders;
import dev.orchestrator.raft.group.RaftStatus;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the API works with. All parts are thread-safe.
 *
 * @param database this node's backend
 * @param fleet the fleet as this node knows it
 * @param visitor visits a server now, for example {@code DiscoveryLoop::visitNow}
 * @param forget stops visiting a server here, for example {@code DiscoveryLoop::forget}
 * @param recoversPrimaryOf whether a dead primary of this cluster (name, alias) is replaced
 *     automatically, for example {@code RecoverySupervisor::recoversPrimaryOf}
 * @param orders what people ask of recoveries, for example {@code RecoverySupervisor::orders}
 * @param replicator the way into the log
 * @param leadership who leads
 * @param raft status of the Raft member, empty without Raft
 * @param reload reads the configuration files again
 * @param clock wall clock
 * @param raftAdmin the Raft member itself, empty without Raft
 */
public record ApiServices(
    Database database,
    FleetView fleet,
    InstanceVisitor visitor,
    Consumer<InstanceKey> forget,
    BiPredicate<String, String> recoversPrimaryOf,
    Supplier<RecoveryOrders> orders,
    Replicator replicator,
    Leadership leadership,
    Supplier<Optional<RaftStatus>> raft,
    ConfigReload reload,
    Clock clock,
    Optional<RaftAdmin> raftAdmin) {
  /** Without a Raft member that could be changed. */
  public ApiServices(
      Database database,
      FleetView fleet,
      InstanceVisitor visitor,
      Consumer<InstanceKey> forget,
      BiPredicate<String, String> recoversPrimaryOf,
      Supplier<RecoveryOrders> orders,
      Replicator replicator,
      Leadership leadership,
      Supplier<Optional<RaftStatus>> raft,
      ConfigReload reload,
      Clock clock) {
    this(
        database,
        fleet,
        visitor,
        forget,
        recoversPrimaryOf,
        orders,
        replicator,
        leadership,
        raft,
        reload,
        clock,
        Optional.empty());
  }

  /** Visits one server now. */
  @FunctionalInterface
  public interface InstanceVisitor {
    /**
     * Visits, stores and returns what was seen.
     *
     * @throws dev.orchestrator.probe.ProbeException it cannot be reached or read in time
     */
    Instance visitNow(InstanceKey key, Duration timeout);
  }
}
