package dev.orchestrator.jepsen.drill;

import dev.orchestrator.jepsen.lab.DemoFolder;
import dev.orchestrator.jepsen.lab.LabException;
import dev.orchestrator.jepsen.lab.MySqlFleet;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.NodeApi;
import dev.orchestrator.jepsen.lab.NodeGroup;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import dev.orchestrator.jepsen.lab.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/** Everything that runs: the MySQL servers, the nodes, and what the nodes know of the servers. */
final class World implements AutoCloseable {
  private static final int SERVERS = 4;
  private static final Duration WATCH_PAUSE = Duration.ofMillis(50);
  private static final Duration CALL_LIMIT = Duration.ofSeconds(10);
  private static final long AGE_SECONDS = 3;
  private static final Duration DISCOVERY_LIMIT = Duration.ofSeconds(60);

  private final MySqlFleet fleet;
  private final NodeGroup nodes;
  private Path script = Path.of("");

  private World(MySqlFleet fleet, NodeGroup nodes) {
    this.fleet = fleet;
    this.nodes = nodes;
  }

  /**
   * Describes the world; nothing runs yet.
   *
   * @param launcher what runs a node
   */
  static World of(DemoFolder folder, Path launcher) {
    return new World(MySqlFleet.of(folder.path(), SERVERS), NodeGroup.of(folder.path(), launcher));
  }

  /**
   * Starts all and returns when every node has seen every server.
   *
   * @param script what runs a MySQL server
   */
  void start(Path script, Console console) {
    this.script = script;
    fleet.requireFreeAddresses();
    nodes.requireFreeAddresses();
    console.line("Starting %d MySQL servers: %s ...".formatted(SERVERS, fleet.members()));
    fleet.start(script);
    console.line("  primary %s, replicas replicate and acknowledge".formatted(fleet.primary()));
    console.line(
        "Starting %d orchestrator nodes: %s ...".formatted(nodes.nodes().size(), nodes.nodes()));
    nodes.start();
    OrchestratorNode leader = nodes.awaitLeader();
    console.line("  %s leads".formatted(leader));
    console.line("Discovering the topology through %s ...".formatted(leader.url()));
    discover(leader);
    console.line("  every node has seen every server");
  }

  private void discover(OrchestratorNode leader) {
    String path = "discover/" + fleet.primary().host() + "/" + MySqlMember.PORT;
    NodeApi.Reply reply =
        leader
            .api()
            .get(path, CALL_LIMIT)
            .orElseThrow(() -> leader.process().complaint("did not answer " + path));
    if (!reply.isOk()) {
      throw leader.process().complaint("answered " + path + " with " + reply.summary());
    }
    awaitAllSeen();
  }

  /** Waits until each node itself has seen each living server, lately and without failure. */
  void awaitAllSeen() {
    for (OrchestratorNode node : nodes.nodes()) {
      Waiting.until(node + " has seen all living servers", DISCOVERY_LIMIT, () -> hasSeenAll(node));
    }
  }

  private boolean hasSeenAll(OrchestratorNode node) {
    long living = fleet.members().stream().filter(MySqlMember::isAlive).count();
    return node.api()
        .getLocally("all-instances", CALL_LIMIT)
        .filter(NodeApi.Reply::isOk)
        .map(
            reply ->
                StreamSupport.stream(reply.body().spliterator(), false)
                    .filter(instance -> instance.path("IsLastCheckValid").asBoolean(false))
                    .count())
        .filter(seen -> seen >= living)
        .isPresent();
  }

  /** The one writable server, waited for. */
  MySqlMember awaitPrimary(Duration limit) {
    return Waiting.poll(
            limit,
            WATCH_PAUSE,
            () -> {
              List<MySqlMember> writable =
                  fleet.members().stream()
                      .filter(MySqlMember::isAlive)
                      .filter(MySqlMember::isWritable)
                      .toList();
              return writable.size() == 1
                  ? Optional.of(writable.getFirst())
                  : Optional.<MySqlMember>empty();
            })
        .orElseThrow(() -> new LabException("there is no one writable server"));
  }

  /** Brings dead servers back as replicas, and lets the next recovery start at once. */
  void comeBack(Duration limit) {
    MySqlMember primary = awaitPrimary(limit);
    for (MySqlMember member : fleet.members()) {
      if (!member.isAlive()) {
        fleet.rejoin(member, primary, script);
      }
    }
    Waiting.until(
        "all recoveries are acknowledged",
        limit,
        () ->
            nodes
                .awaitLeader()
                .api()
                .get("ack-all-recoveries?comment=next-act", CALL_LIMIT)
                .filter(NodeApi.Reply::isOk)
                .isPresent());
    awaitAllSeen();
    awaitVisit(primary, System.nanoTime());
  }

  /**
   * Waits until each node has visited the primary a while after a moment. A replica that was
   * started behind the last visit to the primary does not count as one that acknowledges, and a
   * server tells its age in whole seconds.
   */
  private void awaitVisit(MySqlMember primary, long sinceNanos) {
    for (OrchestratorNode node : nodes.nodes()) {
      Waiting.until(
          node + " has visited " + primary + " again",
          DISCOVERY_LIMIT,
          () -> {
            long elapsed = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - sinceNanos);
            return secondsSinceVisit(node, primary) + AGE_SECONDS <= elapsed;
          });
    }
  }

  private static long secondsSinceVisit(OrchestratorNode node, MySqlMember server) {
    return node.api().getLocally("all-instances", CALL_LIMIT).filter(NodeApi.Reply::isOk).stream()
        .flatMap(reply -> StreamSupport.stream(reply.body().spliterator(), false))
        .filter(
            instance -> instance.path("Key").path("Hostname").asString("").equals(server.host()))
        .mapToLong(
            instance ->
                instance.path("SecondsSinceLastSeen").path("Int64").asLong(Integer.MAX_VALUE))
        .findFirst()
        .orElse(Integer.MAX_VALUE);
  }

  /** The cluster's tree as the API draws it. */
  String topology() {
    OrchestratorNode leader = nodes.awaitLeader();
    return leader
        .api()
        .get("topology/" + fleet.primary().key(), CALL_LIMIT)
        .map(reply -> reply.isOk() ? reply.details().asString("") : reply.summary())
        .orElseThrow(() -> new LabException(leader + " did not answer topology"));
  }

  MySqlFleet fleet() {
    return fleet;
  }

  NodeGroup nodes() {
    return nodes;
  }

  /** Kills everything; nothing of it is worth an orderly end. */
  @Override
  public void close() {
    nodes.close();
    fleet.close();
  }
}
