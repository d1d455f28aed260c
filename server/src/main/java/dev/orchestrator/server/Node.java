package dev.orchestrator.server;

import dev.orchestrator.api.ApiServer;
import dev.orchestrator.api.http.ListenException;
import dev.orchestrator.probe.analysis.Analyzer;
import dev.orchestrator.probe.detection.DetectionLoop;
import dev.orchestrator.probe.detection.FleetView;
import dev.orchestrator.probe.discovery.DiscoveryLoop;
import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.probe.observer.Jury;
import dev.orchestrator.probe.observer.Observers;
import dev.orchestrator.probe.recovery.RecoverySupervisor;
import dev.orchestrator.raft.group.RaftException;
import dev.orchestrator.server.config.NodeConfig;
import dev.orchestrator.server.config.UnresolvedNames;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.replication.FormatWatch;
import dev.orchestrator.store.replication.LocalReplicator;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.MySqlBackend;
import dev.orchestrator.store.sql.StoreException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node: everything wired together, in the order in which it starts, and closed in the
 * opposite order. Thread-safe.
 */
public final class Node implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  private static final long BACKEND_QUESTION_MILLIS = 1_000;
  private static final long BACKEND_JUDGEMENT_MILLIS = 250;
  private static final long HEALTH_REPORT_MILLIS = 10_000;

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final CompletableFuture<Integer> end = new CompletableFuture<>();
  private volatile @Nullable Group group;

  private Node() {}

  /**
   * Starts a node.
   *
   * @param bootstrap form a new group at once
   * @param reload tells of later configurations
   * @throws StartException something is missing, in use or not writable; nothing is left running
   */
  static Node start(NodeConfig config, boolean bootstrap, Reload reload) throws StartException {
    Node node = new Node();
    try {
      node.wire(config, bootstrap, reload);
      return node;
    } catch (StoreException | RaftException | ListenException e) {
      node.close();
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private void wire(NodeConfig config, boolean bootstrap, Reload reload) {
    Clock clock = Clock.systemUTC();
    Database database = keep(open(config.backend()));
    SqlStateMachine stateMachine = new SqlStateMachine(database);
    Group group =
        keep(
            config.raft().isPresent()
                ? GroupMember.start(config, bootstrap, stateMachine, database, this::fatal)
                : loneNode(config, stateMachine, database));
    this.group = group;
    FleetConnector connector = new FleetConnector(config.access());
    DiscoveryLoop discovery =
        keep(
            new DiscoveryLoop(
                config.discovery(), connector, database, clock, group.leadership()::partOfQuorum));
    FleetView fleet =
        new FleetView(database, new Analyzer(config.analysis()), clock, discovery::topology);
    RecoverySupervisor supervisor =
        keep(
            new RecoverySupervisor(
                config.recovery(),
                connector,
                database,
                group.replicator(),
                group.leadership(),
                clock,
                discovery::hurry,
                discovery::durable));
    Optional<Observers> observers =
        group.observerLink().map(link -> keep(new Observers(config.agreement(), link, discovery)));
    DetectionLoop detection =
        keep(
            new DetectionLoop(
                config.detection(),
                fleet,
                discovery,
                supervisor,
                group.leadership(),
                observers.<Jury>map(o -> o).orElse(Jury.ALONE),
                clock));
    BackendWatch backend =
        new BackendWatch(
            database::probe,
            System::nanoTime,
            group::beFit,
            reason -> stop(ExitStatus.FATAL, reason));
    ApiServer api =
        keep(Api.of(config, database, fleet, discovery, supervisor, group, backend, reload, clock));
    group.onChange(supervisor::leadershipChanged);
    discovery.start();
    observers.ifPresent(Observers::start);
    detection.start();
    api.start();
    Watches watches = keep(new Watches());
    watches.every(BACKEND_JUDGEMENT_MILLIS, "backend", backend::judge);
    Watches questions = keep(new Watches("backend-watch")); // a question may hang for long
    questions.every(BACKEND_QUESTION_MILLIS, "backend question", backend::ask);
    group.watchStates(keep(new Watches("state-watch")));
    if (config.raft().isPresent()) {
      HealthReport report =
          keep(new HealthReport(config, group::status, () -> group.leadership().leaderUri()));
      keep(new Watches("health-report")).every(HEALTH_REPORT_MILLIS, "health report", report);
    }
    group.watch(watches, reason -> cannotJoin(config, reason));
    reload.onChange(
        changed -> {
          supervisor.reconfigure(changed.recovery());
          fleet.reconfigure(new Analyzer(changed.analysis()));
          detection.reconfigure(changed.detection());
          discovery.reconfigure(changed.discovery());
          api.reconfigure(Api.settings(changed));
        });
    LOG.info(
        "started name={} http={} pid={}",
        config.name(),
        config.http().advertised(),
        ProcessHandle.current().pid());
  }

  /** A name that means nothing is a mistake in the configuration, unlike a member that is down. */
  private void cannotJoin(NodeConfig config, String reason) {
    List<String> names = UnresolvedNames.of(config);
    if (names.isEmpty()) {
      stop(ExitStatus.CANNOT_JOIN, reason);
    } else {
      stop(ExitStatus.CANNOT_START, String.join("; ", names) + " (" + reason + ")");
    }
  }

  private static Group loneNode(
      NodeConfig config, SqlStateMachine stateMachine, Database database) {
    LocalReplicator local =
        new LocalReplicator(stateMachine, config.name(), config.http().advertised());
    return new LoneNode(local, FormatWatch.alone(database, local));
  }

  private static Database open(NodeConfig.Backend backend) {
    return switch (backend) {
      case NodeConfig.Backend.Sqlite(Path file) -> Database.sqlite(file);
      case NodeConfig.Backend.MySql(MySqlBackend settings) -> Database.mysql(settings);
    };
  }

  /**
   * Waits until the node ends.
   *
   * @return the process's exit status
   */
  public int awaitEnd() throws InterruptedException {
    try {
      return end.get();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException("the end has no failure", e);
    }
  }

  private void fatal(String reason, Throwable cause) {
    LOG.error("{}", reason, cause);
    stop(ExitStatus.FATAL, reason + ": " + cause.getMessage());
    // A member that cannot persist or apply must not answer anybody a moment longer.
    Runtime.getRuntime().halt(ExitStatus.FATAL);
  }

  private void stop(int status, String reason) {
    if (end.complete(status)) {
      LOG.error("stopping with status {}: {}", status, reason);
    }
  }

  /** Makes {@link #awaitEnd} return status 0; {@link #close} does the rest. */
  public void stop(String reason) {
    if (end.complete(ExitStatus.OK)) {
      LOG.info("stopping: {}", reason);
    }
  }

  private <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
  }

  /**
   * Hands leadership over, so that what runs here goes on elsewhere, then stops everything: a
   * recovery in work ends at its next step and stays in the ledger for the next leader.
   */
  @Override
  public void close() {
    Group handing = group;
    if (handing != null) {
      handing.handOver();
    }
    synchronized (parts) {
      while (!parts.isEmpty()) {
        AutoCloseable part = parts.pop();
        try {
          part.close();
        } catch (Exception e) {
          LOG.warn("closing {} failed", part.getClass().getSimpleName(), e);
        }
      }
    }
    end.complete(ExitStatus.OK);
  }
}
