package dev.orchestrator.probe.detection;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.Analyzer;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The fleet as this node knows it now: facts, downtimes, aliases and judgement together.
 * Thread-safe.
 */
public final class FleetView {
  private final Database database;
  private volatile Analyzer analyzer;
  private final Clock clock;
  private final Supplier<Topology> topology;
  private volatile Set<InstanceKey> stalled = Set.of();

  /** Reads facts from the database: right without a discovery loop, but slower. */
  public FleetView(Database database, Analyzer analyzer, Clock clock) {
    this(database, analyzer, clock, () -> Topology.of(database.instances().all()));
  }

  /** Reads facts from memory, for example from {@code DiscoveryLoop::topology}. */
  public FleetView(Database database, Analyzer analyzer, Clock clock, Supplier<Topology> topology) {
    this.database = database;
    this.analyzer = analyzer;
    this.clock = clock;
    this.topology = topology;
  }

  /** Judges by other limits from now on. */
  public void reconfigure(Analyzer newAnalyzer) {
    analyzer = newAnalyzer;
  }

  public Topology topology() {
    return topology.get();
  }

  /** Downtimes in force, by instance. */
  public Map<InstanceKey, Downtime> downtimes() {
    Instant now = clock.instant();
    Map<InstanceKey, Downtime> inForce = new TreeMap<>();
    for (Downtime downtime : database.downtimes().all()) {
      if (downtime.activeAt(now)) {
        inForce.put(downtime.key(), downtime);
      }
    }
    return inForce;
  }

  /**
   * Cluster aliases by cluster name: what people chose, else what instances suggest, else what the
   * primary record keeps, else the name.
   */
  public Map<String, String> aliases(Topology topology) {
    Map<String, String> aliases = new HashMap<>();
    Map<String, ClusterRecord> records = new HashMap<>();
    for (ClusterRecord cluster : database.clusters().all()) {
      records.put(cluster.primaryUuid(), cluster);
    }
    Map<String, String> chosen = database.aliases().all();
    for (String name : topology.clusterNames()) {
      String alias = name;
      for (Instance instance : topology.cluster(name)) {
        Optional<ClusterRecord> cluster =
            Optional.ofNullable(records.get(instance.server().uuid()));
        if (cluster.isPresent() && !cluster.get().alias().isEmpty()) {
          alias = cluster.get().alias();
        }
        if (!instance.placement().suggestedAlias().isEmpty()) {
          alias = instance.placement().suggestedAlias();
          break;
        }
      }
      aliases.put(name, chosen.getOrDefault(name, alias));
    }
    return aliases;
  }

  /** Judgement of the whole fleet now, problem or not. */
  public List<Analysis> analyses() {
    return analyses(topology(), clock.instant());
  }

  /** As above, of given facts at a given moment. */
  List<Analysis> analyses(Topology facts, Instant now) {
    return analyzer.analyze(facts, downtimes(), aliases(facts), now, stalled);
  }

  /** Tells which sources' binary logs stand still while they wait for acknowledgements. */
  void stalled(Set<InstanceKey> sources) {
    stalled = Set.copyOf(sources);
  }

  Duration reasonableLag() {
    return analyzer.policy().reasonableLag();
  }
}
