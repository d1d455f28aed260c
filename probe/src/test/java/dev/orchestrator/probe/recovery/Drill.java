package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.probe.mysql.FleetAccess;
import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import dev.orchestrator.store.model.ServerFacts;
import dev.orchestrator.store.replication.LocalReplicator;
import dev.orchestrator.store.sql.Database;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * Real servers, a real database, and a node that looks at the servers on request and hands what it
 * sees to a supervisor. Confined to the test's thread.
 */
final class Drill implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(60);

  private static final Clock CLOCK = Clock.systemUTC();

  private final MySqlLab lab;
  private final Database database;
  private final LocalReplicator replicator;
  private final FleetConnector connector =
      new FleetConnector(
          new FleetAccess(
              "orchestrator",
              "orch_topology_password",
              Duration.ofSeconds(1),
              Duration.ofSeconds(2),
              Duration.ofSeconds(5)));
  private final List<RecoverySupervisor> supervisors = new ArrayList<>();
  private Map<String, List<String>> hooks = Map.of();
  private Duration stepTimeout = Duration.ofSeconds(5);
  private boolean rejoin;
  private boolean applyPromotion = true;
  private PromotionPolicy promotion = PromotionPolicy.FREE;
  private ReplicaPolicy replicas = ReplicaPolicy.PLAIN;
  private String durable = "unknown";
  private final Set<Integer> unreachable = ConcurrentHashMap.newKeySet();
  private final Set<Integer> unvisited = new HashSet<>();
  private ScriptedLog log;

  Drill(MySqlLab lab, Path folder) {
    this.lab = lab;
    this.database = Database.sqlite(folder.resolve("orchestrator.db"));
    this.replicator =
        new LocalReplicator(new SqlStateMachine(database), "n1", URI.create("http://127.0.0.1/"));
    this.log = ScriptedLog.steady(replicator, 1);
  }

  Database database() {
    return database;
  }

  FleetConnector connector() {
    return connector;
  }

  LocalReplicator replicator() {
    return replicator;
  }

  ScriptedLog log() {
    return log;
  }

  Drill hooks(Map<String, List<String>> lists) {
    hooks = lists;
    return this;
  }

  Drill promotion(PromotionPolicy policy) {
    promotion = policy;
    return this;
  }

  Drill replicas(ReplicaPolicy policy) {
    replicas = policy;
    return this;
  }

  /** Somebody else makes the promoted server writable. */
  Drill withoutPromotion() {
    applyPromotion = false;
    return this;
  }

  /** Old primaries follow by themselves, if their settings were seen to be durable. */
  Drill rejoin(String durableBefore) {
    rejoin = true;
    durable = durableBefore;
    return this;
  }

  Drill stepTimeout(Duration timeout) {
    stepTimeout = timeout;
    return this;
  }

  /** Another leader: what the earlier one runs is left alone. */
  RecoverySupervisor lead(ScriptedLog newLog) {
    log = newLog;
    RecoveryConfig config =
        new RecoveryConfig(
            List.of("*"),
            Duration.ofHours(1),
            Duration.ZERO,
            Duration.ofHours(1),
            stepTimeout,
            Duration.ofSeconds(2),
            "bash",
            hooks,
            applyPromotion,
            promotion,
            replicas,
            rejoin,
            newLog.self(),
            "here");
    RecoverySupervisor supervisor =
        new RecoverySupervisor(
            config, connector, database, newLog, newLog, CLOCK, _ -> {}, _ -> durable);
    supervisors.add(supervisor);
    return supervisor;
  }

  RecoverySupervisor lead() {
    return lead(log);
  }

  /** Whether visits of server n shall be taken as failed. Any thread may say so. */
  void unreachable(int n, boolean is) {
    if (is) {
      unreachable.add(n);
    } else {
      unreachable.remove(n);
    }
  }

  /** Whether server n is not looked at any more: its next visit lies beyond the drill. */
  void unvisited(int n, boolean is) {
    if (is) {
      unvisited.add(n);
    } else {
      unvisited.remove(n);
    }
  }

  InstanceKey key(int n) {
    return new InstanceKey(lab.host(n), lab.port());
  }

  /** Looks at every living server and remembers what it saw; of a dead one the old facts stay. */
  Topology look() {
    for (int n = 1; n <= lab.size(); n++) {
      if (unvisited.contains(n)) {
        continue;
      }
      if (!lab.isAlive(n) || unreachable.contains(n) || !saved(n)) {
        Instant now = CLOCK.instant();
        Instance old = database.instances().find(key(n)).orElse(Instance.known(key(n)));
        database
            .instances()
            .saveCheck(
                key(n),
                new CheckTimes(now, now, old.check().seenAt(), false, Duration.ZERO, "refused"));
      }
    }
    return Topology.of(database.instances().all());
  }

  /** False if the server died or was cut off under our eyes. */
  private boolean saved(int n) {
    try {
      database.instances().save(List.of(read(n)));
      return true;
    } catch (IllegalStateException e) {
      if (lab.isAlive(n) && !unreachable.contains(n)) {
        throw e;
      }
      return false;
    }
  }

  private Instance read(int n) {
    Instant now = CLOCK.instant();
    try (ServerSession session =
        ServerSession.open(connector, key(n), Duration.ofSeconds(5), "1:look", 0)) {
      ServerReading reading = session.read();
      Map<String, String> status = new HashMap<>();
      session
          .query(
              "SHOW GLOBAL STATUS WHERE Variable_name LIKE 'Rpl\\_semi%' OR Variable_name='Uptime'")
          .forEach(row -> status.put(row.get("variable_name"), row.get("value")));
      return new Instance(
          key(n),
          new ServerFacts(
              reading.uuid(),
              n,
              reading.version(),
              "",
              Long.parseLong(status.get("Uptime")),
              reading.readOnly(),
              reading.superReadOnly(),
              "ROW",
              "FULL",
              reading.logBin(),
              reading.logReplicaUpdates(),
              BinlogCoordinates.NONE,
              reading.gtidMode(),
              reading.executed().toString(),
              reading.purged().toString(),
              ""),
          reading.channel().map(Drill::facts).orElse(ReplicationFacts.NONE),
          new SemiSyncFacts(
              reading.semiSync().sourceSide(),
              reading.semiSync().sourceEnabled(),
              reading.semiSync().replicaEnabled(),
              "ON".equals(status.get("Rpl_semi_sync_source_status")),
              "ON".equals(status.get("Rpl_semi_sync_replica_status")),
              reading.semiSync().timeoutMillis(),
              reading.semiSync().waitForReplicas(),
              Integer.parseInt(status.get("Rpl_semi_sync_source_clients")),
              reading.semiSync().waitPoint(),
              Long.parseLong(status.get("Rpl_semi_sync_source_no_times"))),
          List.of(),
          Placement.inCluster("drill"),
          new CheckTimes(now, now, now, false, Duration.ZERO, ""));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ReplicationFacts facts(ServerReading.Channel channel) {
    return new ReplicationFacts(
        channel.source(),
        channel.sourceUuid(),
        channel.receiverRunning() ? ReplicaThreadState.RUNNING : ReplicaThreadState.OTHER,
        channel.applierRunning() ? ReplicaThreadState.RUNNING : ReplicaThreadState.STOPPED,
        BinlogCoordinates.NONE,
        BinlogCoordinates.NONE,
        BinlogCoordinates.NONE,
        channel.retrieved().toString(),
        channel.receiverError(),
        channel.applierError(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        channel.delaySeconds(),
        channel.autoPosition(),
        "repl",
        true,
        false,
        false);
  }

  /** A server tells its age in whole seconds: a younger one might have been restarted just now. */
  void awaitAge() {
    await("servers that are old enough")
        .until(
            () ->
                IntStream.rangeClosed(1, lab.size())
                    .filter(lab::isAlive)
                    .allMatch(
                        n ->
                            Long.parseLong(
                                    lab.query(n, "SHOW GLOBAL STATUS LIKE 'Uptime'")
                                        .getFirst()
                                        .getOrDefault("Value", "0"))
                                >= 3));
  }

  /** Looks until the writable server n is the recorded primary. */
  void register(RecoverySupervisor supervisor, int n) {
    awaitAge();
    Topology topology = look();
    String uuid = topology.find(key(n)).orElseThrow().server().uuid();
    await("a record of " + key(n))
        .until(
            () -> {
              supervisor.consider(look(), List.of(), List.of());
              return database.clusters().byPrimaryUuid(uuid).isPresent();
            });
  }

  /** The judgement that server n is dead and its replicas live. */
  Analysis dead(int n) {
    Topology topology = look();
    Instance primary = topology.find(key(n)).orElseThrow();
    List<Instance> replicas = topology.replicasOf(key(n));
    return new Analysis(
        AnalysisCode.DEAD_PRIMARY,
        "primary cannot be reached; it's \"dead\" $(touch /tmp/never)",
        List.of(),
        primary,
        "shop",
        replicas,
        true,
        false,
        new Analysis.Counts(replicas.size(), replicas.size(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        Optional.empty(),
        false);
  }

  /** Hands the supervisor the death of server n until a recovery has ended; gives the newest. */
  Recovery recover(RecoverySupervisor supervisor, int n) {
    int before = database.recoveries().newest(false, 0, 1000).size();
    await("a recovery of " + key(n))
        .until(
            () -> {
              Analysis dead = dead(n);
              supervisor.consider(look(), List.of(dead), List.of(dead));
              List<Recovery> all = database.recoveries().newest(false, 0, 1000);
              return all.size() > before && !all.getFirst().running();
            });
    return newest();
  }

  /** Gives an order by what is seen now; gives its uid. */
  String order(RecoverySupervisor supervisor, OrderKind kind, Optional<InstanceKey> designated) {
    RecoveryOrders.Answer answer =
        supervisor
            .orders()
            .order(look(), List.of(), new RecoveryOrders.Request(kind, "drill", designated));
    if (answer instanceof RecoveryOrders.Answer.Started(String uid)) {
      return uid;
    }
    throw new IllegalStateException("the order was not taken: " + answer);
  }

  /** Gives an order and waits for the recovery's end. */
  Recovery.Ending ordered(
      RecoverySupervisor supervisor, OrderKind kind, Optional<InstanceKey> designated) {
    String uid = order(supervisor, kind, designated);
    return supervisor.orders().await(uid, LIMIT).orElseThrow().ending().orElseThrow();
  }

  /** Lets the next recovery start at once. */
  void acknowledge() {
    Outcome outcome =
        replicator.submit(
            new Command.AcknowledgeRecoveries(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "test",
                "seen"),
            LIMIT);
    if (!outcome.accepted()) {
      throw new IllegalStateException(outcome.toString());
    }
  }

  Recovery newest() {
    return database.recoveries().newest(false, 0, 1).getFirst();
  }

  List<RecoveryStep> steps() {
    return database.recoverySteps().of(newest().uid());
  }

  /** Numbers of living servers that accept writes. */
  List<Integer> writable() {
    return IntStream.rangeClosed(1, lab.size())
        .filter(lab::isAlive)
        .filter(n -> "0".equals(lab.value(n, "SELECT @@GLOBAL.read_only")))
        .boxed()
        .toList();
  }

  /** Number of the server with this address. */
  int number(InstanceKey key) {
    return IntStream.rangeClosed(1, lab.size())
        .filter(n -> key(n).equals(key))
        .findFirst()
        .orElseThrow();
  }

  static org.awaitility.core.ConditionFactory await(String what) {
    return Awaitility.await(what).atMost(LIMIT).pollInterval(Duration.ofMillis(20));
  }

  /** What a failed assertion needs to be understood. */
  String story() {
    StringBuilder story = new StringBuilder();
    story.append(newest()).append('\n');
    for (RecoveryStep step : steps()) {
      story.append(
          String.format(
              "%2d %-17s %-18s %-8s attempt %d: %s | %s%n",
              step.number(),
              step.kind(),
              step.target(),
              step.state(),
              step.attempt(),
              step.why(),
              step.detail()));
    }
    return story.toString();
  }

  @Override
  public void close() {
    supervisors.forEach(RecoverySupervisor::close);
    database.close();
  }
}
