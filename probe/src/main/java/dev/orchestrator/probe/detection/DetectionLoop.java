package dev.orchestrator.probe.detection;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.probe.discovery.DiscoveryLoop;
import dev.orchestrator.probe.observer.Jury;
import dev.orchestrator.probe.observer.Verdict;
import dev.orchestrator.probe.recovery.RecoverySupervisor;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges the fleet each tick and whenever discovery reports a change; asks for fresh visits where a
 * judgement needs them; hands failures that lasted to the {@link RecoverySupervisor} while this
 * node leads. Confined to its own thread.
 */
public final class DetectionLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DetectionLoop.class);

  /** Judgements keep this distance, however much discovery has to tell. */
  private static final Duration LEAST_DISTANCE = Duration.ofMillis(40);

  /** After this long a failure that the members do not agree upon is judged at usual speed. */
  private static final Duration SETTLED = Duration.ofSeconds(30);

  private static final Duration END_WITHIN = Duration.ofSeconds(5);

  /** Who acts on judgements: the supervisor, or a test. */
  interface Actor {
    void consider(
        Topology topology,
        List<Analysis> all,
        List<Analysis> lasting,
        Map<InstanceKey, Verdict> verdicts);

    void leadershipChanged();
  }

  private volatile DetectionConfig config;
  private final FleetView fleet;
  private final DiscoveryLoop discovery;
  private final Actor actor;
  private final Leadership leadership;
  private final Jury jury;
  private final Clock clock;
  private final BlockingQueue<Boolean> wakeUps = new ArrayBlockingQueue<>(1);
  private final LastingFailures failures;
  private final SuspectVisits suspects = new SuspectVisits();
  private final StalledSources stalled;
  private Map<InstanceKey, AnalysisCode> lastCodes = Map.of();
  private Map<InstanceKey, Boolean> lastLasting = Map.of();
  private Optional<Long> ledTerm = Optional.empty();
  private long consideredNanos;
  private @Nullable Thread thread;
  private volatile boolean closed;

  public DetectionLoop(
      DetectionConfig config,
      FleetView fleet,
      DiscoveryLoop discovery,
      RecoverySupervisor supervisor,
      Leadership leadership,
      Jury jury,
      Clock clock) {
    this(config, fleet, discovery, acting(supervisor), leadership, jury, clock);
  }

  DetectionLoop(
      DetectionConfig config,
      FleetView fleet,
      DiscoveryLoop discovery,
      Actor actor,
      Leadership leadership,
      Jury jury,
      Clock clock) {
    this.config = config;
    this.fleet = fleet;
    this.discovery = discovery;
    this.actor = actor;
    this.leadership = leadership;
    this.jury = jury;
    this.clock = clock;
    this.failures = new LastingFailures(config, System.nanoTime());
    this.stalled = new StalledSources(fleet.reasonableLag());
    this.consideredNanos = System.nanoTime() - config.tick().toNanos();
    discovery.onChange(_ -> wakeUp());
  }

  private static Actor acting(RecoverySupervisor supervisor) {
    return new Actor() {
      @Override
      public void consider(
          Topology topology,
          List<Analysis> all,
          List<Analysis> lasting,
          Map<InstanceKey, Verdict> verdicts) {
        supervisor.consider(topology, all, lasting, verdicts);
      }

      @Override
      public void leadershipChanged() {
        supervisor.leadershipChanged();
      }
    };
  }

  public void start() {
    thread = Thread.ofPlatform().daemon().name("detection").start(this::run);
  }

  /** From now on, also for failures that are being watched already. */
  public void reconfigure(DetectionConfig newConfig) {
    config = newConfig;
    failures.reconfigure(newConfig);
  }

  private void wakeUp() {
    // One waiting wake-up is as good as many.
    var _ = wakeUps.offer(Boolean.TRUE);
  }

  private void run() {
    while (!closed) {
      boolean often = false;
      try {
        often = judge(System.nanoTime());
      } catch (RuntimeException e) {
        LOG.error("a judgement failed; the next one follows", e);
      }
      try {
        TimeUnit.NANOSECONDS.sleep(LEAST_DISTANCE.toNanos());
        if (!often) {
          var _ = wakeUps.poll(config.tick().toNanos(), TimeUnit.NANOSECONDS);
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** One judgement; returns whether the next one should come soon. */
  private boolean judge(long nowNanos) {
    boolean leads = followLeadership(nowNanos);
    Topology topology = discovery.topology();
    fleet.stalled(stalled.update(topology, nowNanos));
    List<Analysis> analyses = fleet.analyses(topology, clock.instant());
    boolean changed = logChanges(analyses);
    discovery.hurry(suspects.wanted(nowNanos, topology, analyses, discovery::track));
    if (!leads) {
      return false;
    }
    List<Analysis> lasting = failures.judge(nowNanos, topology, analyses, discovery::track);
    Map<InstanceKey, Verdict> verdicts = new TreeMap<>();
    boolean undecided = false;
    for (Analysis analysis : lasting) {
      InstanceKey key = analysis.instance().key();
      Duration age = failures.lasting(key, nowNanos);
      Verdict verdict = jury.judge(analysis, age);
      verdicts.put(key, verdict);
      undecided |= !verdict.agreed() && age.compareTo(SETTLED) < 0;
    }
    if (due(nowNanos, changed, verdicts)) {
      actor.consider(topology, analyses, lasting, verdicts);
    }
    return undecided || failures.pending(lasting);
  }

  /** Notices that leadership came, went, or came back under another term. */
  private boolean followLeadership(long nowNanos) {
    Optional<Long> term = leadership.leads() ? Optional.of(leadership.term()) : Optional.empty();
    if (!term.equals(ledTerm)) {
      ledTerm = term;
      lastLasting = Map.of();
      failures.restart(nowNanos);
      consideredNanos = nowNanos - config.tick().toNanos();
      actor.leadershipChanged();
    }
    return term.isPresent();
  }

  private boolean due(long nowNanos, boolean changed, Map<InstanceKey, Verdict> verdicts) {
    Map<InstanceKey, Boolean> agreed = new TreeMap<>();
    verdicts.forEach((key, verdict) -> agreed.put(key, verdict.agreed()));
    boolean news = !agreed.equals(lastLasting);
    boolean due = changed || news || nowNanos - consideredNanos >= config.tick().toNanos();
    if (due) {
      consideredNanos = nowNanos;
    }
    if (news) {
      LOG.info("failures that have lasted, and whether the members agree: {}", verdicts);
      lastLasting = agreed;
    }
    return due;
  }

  private boolean logChanges(List<Analysis> analyses) {
    Map<InstanceKey, AnalysisCode> codes = new HashMap<>();
    for (Analysis analysis : analyses) {
      InstanceKey key = analysis.instance().key();
      codes.put(key, analysis.code());
      AnalysisCode before = lastCodes.getOrDefault(key, AnalysisCode.NO_PROBLEM);
      if (!Objects.equals(before, analysis.code())) {
        LOG.info(
            "judgement changed server={} cluster={} code={} before={} why=\"{}\"",
            key,
            analysis.instance().placement().clusterName(),
            analysis.code().publishedName(),
            before.publishedName(),
            analysis.description());
      }
    }
    boolean changed = !codes.equals(lastCodes);
    lastCodes = codes;
    return changed;
  }

  @Override
  public void close() {
    closed = true;
    Thread running = thread;
    if (running != null) {
      running.interrupt();
      try {
        var _ = running.join(END_WITHIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
