package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.FailureDetection;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.replication.NoteExpiry;
import dev.orchestrator.store.sql.Database;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts, runs, takes over and ends recoveries while this node leads. One virtual thread per
 * recovery; at most one recovery per cluster, by the locks in the log. Thread-safe.
 */
public final class RecoverySupervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RecoverySupervisor.class);
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration EXPIRE_INTERVAL = Duration.ofSeconds(10);
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);
  private static final Duration FENCE_PAUSE = Duration.ofSeconds(60);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
  private static final long UPKEEP_MILLIS = 500;
  private static final int MAX_THREADS = 100;
  private static final Instant NEVER = Instant.EPOCH;

  private volatile RecoveryConfig config;
  private final FleetConnector connector;
  private final Database database;
  private final Replicator replicator;
  private final Leadership leadership;
  private final Clock clock;
  private final Consumer<Collection<InstanceKey>> revisit;
  private volatile HookRunner hooks;
  private final RecoveryGate gate;
  private final ClusterKeeper keeper;
  private final RogueFinder rogues;
  private final SecureRandom random = new SecureRandom();

  /** Only the newest view of the fleet matters. */
  private final BlockingQueue<View> views = new ArrayBlockingQueue<>(1);

  private final Map<String, Thread> busy = new ConcurrentHashMap<>();
  private final Map<String, Instant> retryAt = new ConcurrentHashMap<>();
  private final Map<String, List<String>> whyNot = new ConcurrentHashMap<>();
  private final Thread worker;
  private volatile boolean closed;

  /** Of the worker only: the term in which this node leads, and since when it has seen that. */
  private long leadingTerm = -1;

  private volatile Instant leadingSince = NEVER;
  private volatile List<InstanceKey> lastingKeys = List.of();
  private Instant expiredAt = NEVER;

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
    this.config = config;
    this.connector = connector;
    this.database = database;
    this.replicator = replicator;
    this.leadership = leadership;
    this.clock = clock;
    this.revisit = revisit;
    this.hooks = new HookRunner(config.hookShell(), config.hookTimeout());
    this.gate = new RecoveryGate(config, database);
    this.keeper = new ClusterKeeper(database);
    this.rogues = new RogueFinder(database);
    this.worker = Thread.ofVirtual().name("recovery supervisor").start(this::work);
  }

  /** What a tick of detection saw. */
  private record View(Topology topology, List<Analysis> lasting) {}

  /**
   * Keeps the primary records, registers failures, and starts recoveries where policy says so.
   * Returns at once: the work is done on threads of its own, on the newest view only.
   *
   * @param all every judgement, failing or not
   * @param lasting judgements whose failure has lasted the reaction time and was confirmed
   */
  public void consider(Topology topology, List<Analysis> all, List<Analysis> lasting) {
    View view = new View(topology, List.copyOf(lasting));
    lastingKeys = lasting.stream().map(analysis -> analysis.instance().key()).toList();
    while (!closed && !views.offer(view)) {
      views.poll();
    }
    List<String> failing =
        all.stream()
            .filter(analysis -> analysis.code() != AnalysisCode.NO_PROBLEM)
            .map(analysis -> analysis.instance().placement().clusterName())
            .toList();
    whyNot.keySet().retainAll(failing);
  }

  /** Policy from now on; a recovery in work goes on with the one it began with. */
  public void reconfigure(RecoveryConfig newConfig) {
    config = newConfig;
    hooks = new HookRunner(newConfig.hookShell(), newConfig.hookTimeout());
    gate.reconfigure(newConfig);
  }

  /** Tells of a change of leadership: running recoveries are taken over or left alone. */
  public void leadershipChanged() {
    views.offer(new View(Topology.of(List.of()), List.of()));
  }

  /**
   * Whether a dead primary of this cluster is replaced automatically, by
   * RecoverMasterClusterFilters.
   */
  public boolean recoversPrimaryOf(String clusterName, String clusterAlias) {
    return ClusterFilter.matches(config.clusterFilters(), clusterName, clusterAlias);
  }

  /**
   * Why nothing is done about the failures of a cluster, as of the newest tick; empty when there is
   * nothing to do or a recovery was started.
   */
  public List<String> whyNot(String clusterName) {
    return whyNot.getOrDefault(clusterName, List.of());
  }

  /** What people ask of recoveries on this node. */
  public RecoveryOrders orders() {
    return new RecoveryOrders(config, this, database, leadership, clock);
  }

  /** Why no automatic recovery of this failure starts now; none when one does. */
  List<String> reasons(Analysis analysis) {
    List<String> reasons = new ArrayList<>();
    if (!leadership.leads()) {
      reasons.add("this node does not lead");
    }
    reasons.addAll(gate.reasons(analysis, clock.instant(), leadingSince));
    InstanceKey key = analysis.instance().key();
    if (!lastingKeys.contains(key)) {
      reasons.add(
          "the failure of "
              + key
              + " has not lasted the reaction time, or was not confirmed by enough fresh visits");
    }
    if (paused(key.toString())) {
      reasons.add("an attempt has just been made; the next one follows in a moment");
    }
    return List.copyOf(reasons);
  }

  /** Writes down a recovery that a person ordered, and runs it. */
  RecoveryOrders.Answer begin(Recovery.Subject subject, Duration block) {
    String uid = newUid();
    Outcome outcome =
        propose(
            new Command.StartRecovery(
                uid, subject, leadership.term(), config.node(), block.toSeconds(), true));
    if (outcome instanceof Outcome.Applied(CommandResult result)) {
      if (!result.accepted()) {
        return new RecoveryOrders.Answer.Refused(List.of(result.detail()));
      }
      database
          .recoveries()
          .byUid(uid)
          .ifPresent(recovery -> launch(subject.clusterId(), "recovery", () -> run(recovery)));
      return new RecoveryOrders.Answer.Started(uid);
    }
    return new RecoveryOrders.Answer.NotCommitted(outcome);
  }

  /** Stops working; running recoveries stay in the ledger for the next leader. */
  @Override
  public void close() {
    closed = true;
    worker.interrupt();
    List<Thread> threads = new ArrayList<>(busy.values());
    threads.add(worker);
    threads.forEach(Thread::interrupt);
    Instant deadline = Instant.now().plus(CLOSE_TIMEOUT);
    try {
      for (Thread thread : threads) {
        Duration left = Duration.between(Instant.now(), deadline);
        if (!left.isPositive() || !thread.join(left)) {
          LOG.warn("thread does not end name={}", thread.getName());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    while (!closed) {
      try {
        View view = views.poll(UPKEEP_MILLIS, TimeUnit.MILLISECONDS);
        if (leads()) {
          continueRecoveries();
          expire();
          if (view != null) {
            keepRecords(view.topology());
            rogues.find(view.topology()).forEach(this::fence);
            view.lasting().forEach(this::consider);
          }
        }
      } catch (InterruptedException e) {
        return; // only close() interrupts
      } catch (RuntimeException e) {
        if (closed) {
          return; // interrupted on the way to the database
        }
        LOG.error("supervision failed, goes on", e);
      }
    }
  }

  private boolean leads() {
    if (!leadership.leads()) {
      leadingTerm = -1;
      whyNot.clear();
      return false;
    }
    if (leadingTerm != leadership.term()) {
      leadingTerm = leadership.term();
      leadingSince = clock.instant();
    }
    return true;
  }

  /** Takes over what earlier leaders left, and goes on with what this one had to leave. */
  private void continueRecoveries() {
    for (Recovery recovery : database.recoveries().running()) {
      if (recovery.term() <= leadingTerm && !paused(recovery.uid())) {
        launch(recovery.subject().clusterId(), "recovery", () -> run(recovery));
      }
    }
  }

  private boolean paused(String what) {
    return clock.instant().isBefore(retryAt.getOrDefault(what, NEVER));
  }

  private void pause(String what) {
    pause(what, RETRY_PAUSE);
  }

  private void pause(String what, Duration time) {
    retryAt.values().removeIf(at -> at.isBefore(clock.instant()));
    retryAt.put(what, clock.instant().plus(time));
  }

  /**
   * A fence locks the one server that it touches, and not the cluster: it must not stand in the way
   * of a recovery of the new primary.
   */
  private void fence(RogueFinder.Rogue rogue) {
    Instance instance = rogue.instance();
    String lock = FencePlaybook.LOCK_PREFIX + rogue.cluster().clusterId();
    if (paused(lock) || !database.settings().recoveriesEnabled()) {
      return;
    }
    Recovery.Subject subject =
        new Recovery.Subject(
            FencePlaybook.KIND,
            lock,
            rogue.cluster().primaryKey().toString(),
            rogue.cluster().alias(),
            instance.key(),
            instance.server().uuid(),
            "RoguePrimary",
            instance.key() + " is writable but was replaced by " + rogue.cluster().primaryKey(),
            List.of(),
            List.of(instance.server().uuid()),
            0,
            "");
    pause(lock, FENCE_PAUSE);
    launch(
        lock,
        "fence " + instance.key(),
        () -> {
          String uid = newUid();
          Outcome outcome =
              propose(
                  new Command.StartRecovery(
                      uid, subject, leadership.term(), config.node(), 0, true));
          if (outcome.accepted()) {
            database.recoveries().byUid(uid).ifPresent(this::run);
          }
        });
  }

  private void expire() {
    Instant now = clock.instant();
    if (now.isBefore(expiredAt.plus(EXPIRE_INTERVAL))) {
      return;
    }
    expiredAt = now;
    long block = config.detectionBlockPeriod().toSeconds();
    boolean due =
        database.detections().anyDue(now, block)
            || database.downtimes().all().stream().anyMatch(d -> !d.endsAt().isAfter(now));
    if (due) {
      propose(new Command.Expire(block));
    }
    NoteExpiry.DEFAULT.due(database, now).ifPresent(this::propose);
  }

  private void keepRecords(Topology topology) {
    for (Command command : keeper.wanted(topology, leadingTerm)) {
      propose(command);
    }
  }

  private Outcome propose(Command command) {
    Outcome outcome = replicator.submit(command, COMMIT_TIMEOUT);
    if (outcome.accepted()) {
      LOG.info("committed command={} content={}", command.name(), command);
    } else {
      LOG.warn("not committed command={} outcome={}", command.name(), outcome);
    }
    return outcome;
  }

  private void consider(Analysis analysis) {
    Instance failed = analysis.instance();
    String cluster = failed.placement().clusterName();
    List<String> reasons = gate.reasons(analysis, clock.instant(), leadingSince);
    boolean isNew = RecoveryGate.registered(analysis) && activeDetection(analysis).isEmpty();
    if (!reasons.isEmpty() && !reasons.equals(whyNot.put(cluster, reasons))) {
      LOG.info("no recovery of {} cluster={} why={}", failed.key(), cluster, reasons);
    }
    if ((reasons.isEmpty() || isNew) && !paused(failed.key().toString())) {
      launch(
          lockName(failed), "failure " + failed.key(), () -> handle(analysis, reasons.isEmpty()));
    }
  }

  /** What two threads must not work on at once in this process. */
  private String lockName(Instance failed) {
    return database
        .clusters()
        .byPrimaryUuid(failed.server().uuid())
        .map(ClusterRecord::clusterId)
        .orElse(failed.key().toString());
  }

  private void launch(String lock, String name, Runnable work) {
    if (closed || busy.size() >= MAX_THREADS) {
      return;
    }
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            .unstarted(
                () -> {
                  try {
                    work.run();
                  } catch (RuntimeException e) {
                    if (!closed) {
                      LOG.error("{} failed", name, e);
                    }
                  } finally {
                    busy.remove(lock, Thread.currentThread());
                  }
                });
    if (busy.putIfAbsent(lock, thread) == null) {
      thread.start();
    }
  }

  private Optional<FailureDetection> activeDetection(Analysis analysis) {
    boolean actionable = RecoveryGate.recoverable(analysis);
    return database.detections().active(analysis.instance().key()).stream()
        .filter(detection -> detection.actionable() == actionable)
        .findFirst();
  }

  private void handle(Analysis analysis, boolean recover) {
    InstanceKey key = analysis.instance().key();
    try {
      long detectionId = detect(analysis, recover);
      if (recover) {
        start(analysis, detectionId);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      pause(key.toString());
    }
  }

  /** Registers a failure and runs its hooks, both once; gives the number of the detection. */
  private long detect(Analysis analysis, boolean recover) throws InterruptedException {
    Optional<FailureDetection> known = activeDetection(analysis);
    if (known.isPresent()) {
      return known.get().id();
    }
    Instance failed = analysis.instance();
    Outcome outcome =
        propose(
            new Command.RegisterDetection(
                failed.key(),
                failed.placement().clusterName(),
                analysis.clusterAlias(),
                analysis.code().publishedName(),
                analysis.description(),
                keys(analysis.replicas()),
                RecoveryGate.recoverable(analysis),
                config.node()));
    Optional<FailureDetection> registered = activeDetection(analysis);
    if (outcome.accepted() && registered.isPresent()) {
      HookFacts facts = HookFacts.of(registered.get(), recover, config);
      for (String line : config.hooks().getOrDefault("OnFailureDetectionProcesses", List.of())) {
        if (!hooks.run(line, facts, () -> !closed && leadership.leads()).good()) {
          break; // told in the log; the recovery itself does not depend on who listens
        }
      }
    }
    return registered.map(FailureDetection::id).orElse(0L);
  }

  private static List<InstanceKey> keys(List<Instance> instances) {
    return instances.stream().map(Instance::key).toList();
  }

  private void start(Analysis analysis, long detectionId) {
    Instance failed = analysis.instance();
    String cluster = failed.placement().clusterName();
    Optional<ClusterRecord> record = database.clusters().byPrimaryUuid(failed.server().uuid());
    if (record.isEmpty() || !leadership.leads()) {
      return;
    }
    String uid = newUid();
    List<String> locked = new ArrayList<>();
    locked.add(failed.server().uuid());
    analysis.replicas().stream()
        .map(replica -> replica.server().uuid())
        .filter(uuid -> !uuid.isEmpty())
        .forEach(locked::add);
    Recovery.Subject subject =
        new Recovery.Subject(
            DeadPrimaryPlaybook.KIND,
            record.get().clusterId(),
            cluster,
            analysis.clusterAlias(),
            failed.key(),
            failed.server().uuid(),
            analysis.code().publishedName(),
            analysis.description(),
            keys(analysis.replicas()),
            locked,
            detectionId,
            "");
    Outcome outcome =
        propose(
            new Command.StartRecovery(
                uid,
                subject,
                leadership.term(),
                config.node(),
                config.blockPeriod().toSeconds(),
                false));
    if (outcome.accepted()) {
      whyNot.remove(cluster);
      database.recoveries().byUid(uid).ifPresent(this::run);
    } else {
      whyNot.put(cluster, List.of("the recovery could not be started: " + outcome));
    }
  }

  private String newUid() {
    Instant now = clock.instant();
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    return nanos + ":" + HexFormat.of().formatHex(bytes);
  }

  private void run(Recovery recovery) {
    String uid = recovery.uid();
    Thread.currentThread().setName("recovery " + ServerSession.shortUid(uid));
    long term = leadership.term();
    Sessions sessions = new Sessions(connector, config.stepTimeout(), uid, term);
    LedgerWriter writer = new LedgerWriter(replicator, uid, term);
    StepRunner runner =
        new StepRunner(
            config, database, leadership, clock, hooks, recovery, sessions, writer, () -> closed);
    Optional<Playbook> playbook = playbook(recovery.subject(), sessions);
    if (playbook.isEmpty()) {
      LOG.error("recovery cannot be run by this version uid={} {}", uid, recovery.subject());
      pause(uid);
      return;
    }
    try {
      LOG.info("recovery goes on uid={} term={} subject={}", uid, term, recovery.subject());
      writer.claim(config.node());
      Recovery.Ending ending =
          new RecoveryExecutor(database, uid, writer, runner, playbook.get()).run();
      LOG.info("recovery ended uid={} ending={}", uid, ending);
    } catch (WorkStopped e) {
      LOG.warn("recovery left to the next leader uid={} term={} why={}", uid, term, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sessions.close();
      pause(uid);
      revisit.accept(RecoveryExecutor.servers(recovery));
    }
  }

  private Optional<Playbook> playbook(Recovery.Subject subject, Sessions sessions) {
    return switch (subject.kind()) {
      case DeadPrimaryPlaybook.KIND ->
          Optional.of(new DeadPrimaryPlaybook(config, database, sessions, clock));
      case PlannedTakeoverPlaybook.KIND ->
          Optional.of(new PlannedTakeoverPlaybook(config, database, sessions, clock));
      case FencePlaybook.KIND ->
          database
              .clusters()
              .byId(subject.clusterId().substring(FencePlaybook.LOCK_PREFIX.length()))
              .map(cluster -> new FencePlaybook(database, sessions, clock, cluster));
      default -> Optional.empty();
    };
  }
}
