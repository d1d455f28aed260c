package dev.orchestrator.probe.discovery;

import dev.orchestrator.probe.ProbeException;
import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.probe.mysql.MySqlProbe;
import dev.orchestrator.probe.mysql.Observation;
import dev.orchestrator.probe.mysql.VisitSettings;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Visits every known server each poll interval, and at once when asked or when the watch session to
 * a source breaks; stores what it saw. Thread-safe.
 *
 * <p>Threads: {@code discovery} decides who is due, {@code visit host:port} (virtual, bounded by a
 * semaphore) talks to one server, {@code watch host:port} (virtual) waits for a source to die,
 * {@code discovery-writer} stores facts in small batches.
 */
public final class DiscoveryLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiscoveryLoop.class);
  private static final int MAX_SERVERS = 100_000;
  private static final int MAX_FORGOTTEN = 10_000;
  private static final Duration LONGEST_WAIT = Duration.ofMillis(250);
  private static final Duration WRITE_DISTANCE = Duration.ofMillis(100);
  private static final Duration END_WITHIN = Duration.ofSeconds(5);

  private volatile DiscoveryConfig config;
  private final Visitor visitor;
  private final Consumer<InstanceKey> dropSession;
  private final AutoCloseable sessions;
  private final Duration patience;
  private final @Nullable SourceWatch watch;
  private final FactStore store;
  private final BooleanSupplier active;
  private final KnownFleet fleet = new KnownFleet();
  private final SightingLog sightings;
  private final FactWriter writer;
  private final VisitSchedule schedule;
  private final FailingSources failing = new FailingSources();
  private volatile HostFilters ignored;
  private final Semaphore permits;
  private final Map<InstanceKey, VisitTrack> tracks = new ConcurrentHashMap<>();
  private final Set<InstanceKey> forgotten = Collections.newSetFromMap(boundedMap());
  private final List<Consumer<InstanceKey>> listeners = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Boolean> wakeUps = new ArrayBlockingQueue<>(1);
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  /**
   * @param active whether this node shall visit at all (part of a quorum)
   */
  public DiscoveryLoop(
      DiscoveryConfig config,
      FleetConnector connector,
      Database database,
      Clock clock,
      BooleanSupplier active) {
    this(config, connector, FactStore.in(database), clock, active);
  }

  DiscoveryLoop(
      DiscoveryConfig config,
      FleetConnector connector,
      FactStore store,
      Clock clock,
      BooleanSupplier active) {
    MySqlProbe probe =
        new MySqlProbe(
            connector,
            new VisitSettings(
                config.findReplicasByReplicaHosts(),
                config.hostnameMethod(),
                config.clusterAliasQuery()),
            clock);
    this.config = config;
    this.visitor = probe::visit;
    this.dropSession = probe::forget;
    this.sessions = probe;
    this.patience = probe.patience();
    this.store = store;
    this.active = active;
    this.watch = config.watchPrimaries() ? new SourceWatch(connector, this::hurryAround) : null;
    this.sightings = new SightingLog(fleet, new PlacementPatterns(config), clock);
    this.writer = new FactWriter(store, fleet);
    this.schedule = new VisitSchedule(config.pollInterval(), MAX_SERVERS);
    this.ignored = new HostFilters(config.ignoreHostnameFilters());
    this.permits = new Semaphore(config.maxConcurrentVisits());
  }

  /** Other seeds, filters and poll interval from now on; the rest of it stays as it began. */
  public void reconfigure(DiscoveryConfig newConfig) {
    ignored = new HostFilters(newConfig.ignoreHostnameFilters());
    schedule.poll(newConfig.pollInterval());
    config = newConfig;
    wakeUp();
  }

  private static Map<InstanceKey, Boolean> boundedMap() {
    return Collections.synchronizedMap(
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<InstanceKey, Boolean> eldest) {
            return size() > MAX_FORGOTTEN;
          }
        });
  }

  /**
   * Loads what earlier runs knew and begins to visit.
   *
   * @throws dev.orchestrator.store.sql.StoreException the stored facts cannot be read
   */
  public void start() {
    fleet.load(store.load());
    fleet.topology().instances().forEach(instance -> schedule.add(instance.key()));
    startThread("discovery", this::discover);
    startThread("discovery-writer", this::write);
  }

  private void startThread(String name, Runnable body) {
    threads.add(Thread.ofPlatform().daemon().name(name).start(body));
  }

  /** The fleet as it is known now, from memory. Cheap. */
  public Topology topology() {
    return fleet.topology();
  }

  /**
   * Whether each commit of a server was on disk before it was acknowledged, when it was last seen:
   * "true", "false" or "unknown".
   */
  public String durable(InstanceKey key) {
    return sightings.durable(key).map(Object::toString).orElse("unknown");
  }

  /** This process's visits of a server. */
  public VisitTrack track(InstanceKey key) {
    return tracks.getOrDefault(key, VisitTrack.NONE);
  }

  /**
   * Visits one server now, stores and returns what was seen; its source and replicas are queued.
   *
   * @throws dev.orchestrator.probe.ProbeException it cannot be reached or read within the timeout
   */
  public Instance visitNow(InstanceKey key, Duration timeout) {
    forgotten.remove(key);
    Duration bound = timeout.compareTo(patience) < 0 ? timeout : patience;
    CompletableFuture<SightingLog.Change> visit = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("visit " + key)
        .start(
            () -> {
              try {
                visit.complete(visitWithin(key, bound));
              } catch (RuntimeException e) {
                visit.completeExceptionally(e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                visit.completeExceptionally(e);
              }
            });
    SightingLog.Change change = await(key, visit, timeout);
    Instance seen =
        fleet.topology().find(change.key()).orElseThrow(() -> unreachable(key, change.error()));
    if (!seen.check().lastCheckValid()) {
      throw unreachable(key, seen.check().error());
    }
    writer.flush();
    return seen;
  }

  private static SightingLog.Change await(
      InstanceKey key, CompletableFuture<SightingLog.Change> visit, Duration timeout) {
    try {
      return visit.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new ProbeException("visit " + key, e);
    } catch (ExecutionException e) {
      throw new ProbeException("visit " + key, e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProbeException("visit " + key + ": interrupted");
    }
  }

  private static ProbeException unreachable(InstanceKey key, String why) {
    return new ProbeException("cannot visit " + key + ": " + why);
  }

  /** Queues visits as soon as possible, each instance at most about once per 75 ms. */
  public void hurry(Collection<InstanceKey> keys) {
    for (InstanceKey key : keys) {
      if (mayVisit(key)) {
        schedule.hurry(key);
      }
    }
    wakeUp();
  }

  private void hurryAround(InstanceKey source) {
    List<InstanceKey> keys = new ArrayList<>();
    keys.add(source);
    fleet.topology().replicasOf(source).forEach(replica -> keys.add(replica.key()));
    hurry(keys);
  }

  /** Forgets a server: its row is deleted and it is not visited again until asked. */
  public void forget(InstanceKey key) {
    forgotten.add(key);
    schedule.remove(key);
    failing.answered(key);
    tracks.remove(key);
    fleet.remove(key);
    dropSession.accept(key);
    writer.delete(key);
    tell(key);
  }

  /**
   * Calls the listener, on a visit's thread, when a visit changed what is known of reachability or
   * replication.
   */
  public void onChange(Consumer<InstanceKey> listener) {
    listeners.add(listener);
  }

  private boolean mayVisit(InstanceKey key) {
    return key.isReal() && !ignored.match(key) && !forgotten.contains(key);
  }

  private void wakeUp() {
    // One waiting wake-up is as good as many.
    var _ = wakeUps.offer(Boolean.TRUE);
  }

  private void discover() {
    long nextSeedNanos = System.nanoTime();
    long nextBurstNanos = nextSeedNanos;
    while (!closed) {
      try {
        long now = System.nanoTime();
        boolean visiting = active.getAsBoolean();
        if (visiting && now - nextSeedNanos >= 0) {
          nextSeedNanos = now + config.pollInterval().toNanos();
          addSeeds();
        }
        if (now - nextBurstNanos >= 0) {
          nextBurstNanos = now + failing.burstDistance(now).toNanos();
          keepAnEye(visiting, now);
        }
        if (visiting) {
          schedule.takeDue(System.nanoTime()).forEach(this::startVisit);
        }
        awaitWork(visiting, nextBurstNanos);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.error("a round of discovery failed; the next one goes on", e);
      }
    }
  }

  private void awaitWork(boolean visiting, long nextBurstNanos) throws InterruptedException {
    long now = System.nanoTime();
    long atMost = Math.clamp(nextBurstNanos - now, 0, LONGEST_WAIT.toNanos());
    long wait = visiting ? schedule.nanosUntilDue(now, atMost) : atMost;
    var _ = wakeUps.poll(wait, TimeUnit.NANOSECONDS);
  }

  /** Seeds are visited again and again until they answer and are known; then as everyone else. */
  private void addSeeds() {
    List<InstanceKey> seeds = new ArrayList<>();
    config.seeds().forEach(seed -> seeds.add(InstanceKey.parse(seed, config.defaultPort())));
    try {
      seeds.addAll(store.seeds());
    } catch (StoreException e) {
      LOG.warn("seeds could not be read and will be tried again", e);
    }
    seeds.stream().map(fleet::nameOf).filter(this::mayVisit).forEach(schedule::add);
  }

  /** Watches sources, and visits often what has just begun to fail. */
  private void keepAnEye(boolean visiting, long nowNanos) {
    Topology topology = fleet.topology();
    if (visiting) {
      for (InstanceKey key : failing.fresh(nowNanos)) {
        if (!topology.replicasOf(key).isEmpty()) {
          hurry(List.of(key));
          hurry(notSeenLately(topology.replicasOf(key), nowNanos));
        }
      }
    }
    if (watch != null) {
      watch.keep(visiting ? reachableSources(topology) : Set.of());
    }
  }

  /** Replicas need not be asked as often as it is tried whether their source is back. */
  private List<InstanceKey> notSeenLately(List<Instance> replicas, long nowNanos) {
    long since = nowNanos - FailingSources.BURST_DISTANCE.toNanos();
    return replicas.stream()
        .map(Instance::key)
        .filter(key -> !track(key).finishedOneSince(since))
        .toList();
  }

  private static Set<InstanceKey> reachableSources(Topology topology) {
    Set<InstanceKey> sources = new TreeSet<>();
    for (Instance instance : topology.instances()) {
      if (instance.check().lastCheckValid() && !topology.replicasOf(instance.key()).isEmpty()) {
        sources.add(instance.key());
      }
    }
    return sources;
  }

  private void startVisit(InstanceKey key) {
    Thread.ofVirtual()
        .name("visit " + key)
        .start(
            () -> {
              try {
                var _ = visitWithin(key, patienceFor(key));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException e) {
                LOG.error("a visit failed unexpectedly server={}", key, e);
              } finally {
                schedule.ended(key);
                wakeUp();
              }
            });
  }

  private Duration patienceFor(InstanceKey key) {
    Optional<Instance> known = fleet.find(key);
    CheckTimes check = known.map(Instance::check).orElse(CheckTimes.NEVER);
    boolean seen = !check.seenAt().equals(Instant.EPOCH);
    return Patience.of(patience, seen, check.latency(), track(key).failedInARow());
  }

  private SightingLog.Change visitWithin(InstanceKey key, Duration timeout)
      throws InterruptedException {
    permits.acquire(); // waiting here must not count as the server being slow
    try {
      long startNanos = System.nanoTime();
      tracks.merge(key, VisitTrack.NONE.begun(startNanos), (track, _) -> track.begun(startNanos));
      sightings.begun(key);
      Observation observation = visitor.visit(key, timeout);
      return record(observation, startNanos);
    } finally {
      permits.release();
    }
  }

  private SightingLog.Change record(Observation observation, long startNanos) {
    boolean good = observation instanceof Observation.Reached;
    if (forgotten.contains(observation.key())) {
      tracks.remove(observation.key());
      return new SightingLog.Change(
          observation.key(), Optional.empty(), Optional.empty(), "forgotten meanwhile");
    }
    InstanceKey visited = fleet.nameOf(observation.key());
    if (track(visited).finishedOneSince(startNanos + 1)) {
      // A visit that began later has ended before this one: its word is the newer one.
      return new SightingLog.Change(
          visited, fleet.find(visited), fleet.find(visited), "a later visit ended first");
    }
    SightingLog.Change change = sightings.ended(observation);
    InstanceKey key = change.key();
    if (!key.equals(observation.key())) {
      LOG.info("server is known by another name found={} name={}", observation.key(), key);
      schedule.remove(observation.key());
      tracks.remove(observation.key());
      writer.delete(observation.key());
    }
    tracks.merge(
        key,
        VisitTrack.NONE.ended(startNanos, observation),
        (track, _) -> track.ended(startNanos, observation));
    if (change.after().isPresent()) {
      follow(change.after().get());
      writer.mark(key);
    } else {
      // Only heard of, and it does not answer: who named it will name it again.
      schedule.remove(key);
      tracks.remove(key);
    }
    if (good) {
      failing.answered(key);
    } else if (change.after().isPresent()) {
      failing.failed(key, System.nanoTime());
      hurryReplicasOfNewlyFailing(change);
    }
    if (change.matters()) {
      log(change);
      tell(key);
    }
    return change;
  }

  private void hurryReplicasOfNewlyFailing(SightingLog.Change change) {
    boolean newly = change.before().map(before -> before.check().lastCheckValid()).orElse(false);
    if (newly && !fleet.topology().replicasOf(change.key()).isEmpty()) {
      hurryAround(change.key());
    }
  }

  /** Queues the instance, its source and its replicas; a source is known before it answers. */
  private void follow(Instance instance) {
    keepVisiting(instance.key());
    if (instance.isReplica()) {
      InstanceKey source = instance.replication().source();
      if (mayVisit(source)) {
        if (fleet.addBare(source)) {
          writer.mark(source);
        }
        keepVisiting(source);
      }
    }
    instance.replicas().forEach(this::keepVisiting);
    wakeUp();
  }

  private void keepVisiting(InstanceKey key) {
    if (mayVisit(key) && !schedule.add(key)) {
      LOG.warn("too many servers, not visiting server={} limit={}", key, MAX_SERVERS);
    }
  }

  private static void log(SightingLog.Change change) {
    if (change.after().isEmpty()) {
      return;
    }
    CheckTimes now = change.after().get().check();
    boolean was = change.before().map(before -> before.check().lastCheckValid()).orElse(false);
    if (was != now.lastCheckValid() || change.before().isEmpty()) {
      if (now.lastCheckValid()) {
        LOG.info("server answers server={}", change.key());
      } else {
        LOG.info("server does not answer server={} why={}", change.key(), now.error());
      }
    }
  }

  private void tell(InstanceKey key) {
    for (Consumer<InstanceKey> listener : listeners) {
      listener.accept(key);
    }
  }

  private void write() {
    while (!closed) {
      try {
        TimeUnit.NANOSECONDS.sleep(WRITE_DISTANCE.toNanos());
        writer.flush();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.error("facts were not stored", e);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    if (watch != null) {
      watch.close();
    }
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        var _ = thread.join(END_WITHIN);
      }
      sessions.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new ProbeException("close sessions to the fleet", e);
    }
  }
}
