package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.drill.LedgerWriter;
import dev.orchestrator.jepsen.lab.DemoFolder;
import dev.orchestrator.jepsen.lab.Enclosure;
import dev.orchestrator.jepsen.lab.LabException;
import dev.orchestrator.jepsen.lab.MySqlFleet;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.NodeApi;
import dev.orchestrator.jepsen.lab.NodeGroup;
import dev.orchestrator.jepsen.lab.NodeNetwork;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import dev.orchestrator.jepsen.lab.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * Three nodes in network namespaces of their own, MySQL servers, an application that writes, and
 * hooks that keep their own ledger. Confined to one thread.
 */
final class ChaosWorld implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Duration CALL = Duration.ofSeconds(5);
  static final int USUAL_POLL_SECONDS = 5;
  private static final int NODES = 3;
  private static final int SERVERS = 3;
  private static final int FIRST_SERVER_ID = 79001;
  private static final int SERVER_IDS_OF_A_LANE = 10;
  private static final AtomicBoolean SHARING = new AtomicBoolean();
  private static final String CLASSES = "server/target/chaos-node.jsa";
  private static final String TABLE = "drill.ledger";

  private final Path folder;
  private final Path script;
  private final Path classes;
  private final NodeNetwork network;
  private final MySqlFleet fleet;
  private final NodeGroup nodes;
  private final LedgerWriter writer;
  private final boolean asShipped;

  private ChaosWorld(
      Path folder,
      Path script,
      Path classes,
      NodeNetwork network,
      MySqlFleet fleet,
      NodeGroup nodes,
      Settings settings) {
    this.folder = folder;
    this.script = script;
    this.classes = classes;
    this.network = network;
    this.fleet = fleet;
    this.nodes = nodes;
    this.writer = new LedgerWriter(fleet.members(), settings.pause());
    this.asShipped = settings.asShipped();
  }

  /**
   * What differs between worlds. Immutable.
   *
   * @param lane which network; worlds of different lanes live side by side
   * @param reaction how long a failure must last
   * @param pause between two writes of the application
   * @param pollSeconds how often nodes visit servers
   * @param asShipped nodes are started as users start them; else they can be stopped at boundaries
   *     and start and warm up at less cost
   */
  record Settings(int lane, Duration reaction, Duration pause, int pollSeconds, boolean asShipped) {
    /** Of a world whose nodes can be stopped at boundaries. */
    Settings(int lane, Duration reaction, Duration pause, int pollSeconds) {
      this(lane, reaction, pause, pollSeconds, false);
    }
  }

  /** Starts everything in a checkout that is built, in the first lane with the usual visits. */
  static ChaosWorld start(Path root, DemoFolder folder, Duration reaction, Duration pause) {
    return start(root, folder.path(), new Settings(0, reaction, pause, USUAL_POLL_SECONDS));
  }

  /** Starts everything in a checkout that is built. */
  static ChaosWorld start(Path root, Path folder, Settings settings) {
    NodeNetwork network = NodeNetwork.make(settings.lane(), NODES, SERVERS);
    Path launcher =
        settings.asShipped() ? root.resolve("bin/orchestrator") : launcher(root, folder);
    String configuration = configuration(folder, settings.reaction());
    var world =
        new ChaosWorld(
            folder,
            root.resolve("scripts/mysql-server"),
            root.resolve(CLASSES),
            network,
            MySqlFleet.of(
                folder,
                SERVERS,
                network.prefix(),
                FIRST_SERVER_ID + SERVER_IDS_OF_A_LANE * settings.lane()),
            NodeGroup.of(
                folder,
                launcher,
                network.hosts(),
                host ->
                    new Enclosure(network.wrapper(host), configuration, settings.pollSeconds())),
            settings);
    try {
      world.run();
      return world;
    } catch (LabException e) {
      world.close();
      throw e;
    }
  }

  private void run() {
    fleet.start(script);
    fleet.members().forEach(ChaosWorld::logStatements);
    nodes.start();
    if (!asShipped) {
      shareClasses();
    }
    String discover = "discover/" + fleet.primary().host() + "/" + MySqlMember.PORT;
    Waiting.until(
        discover,
        LIMIT,
        () ->
            nodes.awaitLeader().api().get(discover, CALL).filter(NodeApi.Reply::isOk).isPresent());
    awaitSeen();
    writer.start();
  }

  /** An archive of other classes than those of now helps nobody, and no other one is made. */
  private static synchronized void dropOutdatedClasses(Path root) {
    Path archive = root.resolve(CLASSES);
    try (Stream<Path> jars = Files.list(archive.resolveSibling("lib"))) {
      long newest = jars.mapToLong(jar -> jar.toFile().lastModified()).max().orElse(0);
      if (archive.toFile().lastModified() < newest) {
        Files.deleteIfExists(archive);
      }
    } catch (IOException e) {
      throw new LabException("cannot look after " + archive, e);
    }
  }

  /** Everything a node needs, and the boundary service beside it on the class path. */
  private static Path launcher(Path root, Path folder) {
    dropOutdatedClasses(root);
    String text =
        """
        #!/bin/sh
        exec '%1$s/bin/java' --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx256m \\
          -XX:TieredStopAtLevel=1 -ea:dev.orchestrator... \\
          -XX:+AutoCreateSharedArchive -XX:SharedArchiveFile='%2$s/%4$s' \\
          -Xlog:disable -Xlog:all=error:stderr \\
          -Drecovery.fault.folder="$(dirname "${1#--config=}")" \\
          -cp '%2$s/server/target/lib/*:%2$s/%3$s' \\
          dev.orchestrator.server.Main "$@"
        """
            .formatted(System.getProperty("java.home"), root, testJar(root), CLASSES);
    try {
      Files.createDirectories(folder);
      Path launcher = Files.writeString(folder.resolve("launch-node"), text);
      Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
      return launcher;
    } catch (IOException e) {
      throw new LabException("cannot write the launcher", e);
    }
  }

  /** The jar with the boundary service: class data can be shared for jars only. */
  private static Path testJar(Path root) {
    try (Stream<Path> files = Files.list(root.resolve("probe/target"))) {
      return files
          .filter(file -> file.toString().endsWith("-tests.jar"))
          .findFirst()
          .map(root::relativize)
          .orElseThrow(() -> new LabException("probe is not packaged"));
    } catch (IOException e) {
      throw new LabException("probe is not built", e);
    }
  }

  private static String configuration(Path folder, Duration reaction) {
    String hook =
        "\"echo $ORC_RECOVERY_UID $ORC_RECOVERY_STEP $ORC_RECOVERY_ATTEMPT >> "
            + folder.resolve("hooks.log")
            + "\"";
    StringBuilder lines = new StringBuilder();
    for (String list :
        List.of(
            "PreFailoverProcesses",
            "PostMasterFailoverProcesses",
            "PostFailoverProcesses",
            "PostUnsuccessfulFailoverProcesses",
            "PreGracefulTakeoverProcesses",
            "PostGracefulTakeoverProcesses")) {
      lines.append("\"%s\": [%s],\n  ".formatted(list, hook));
    }
    return lines
        + "\"HookTimeoutSeconds\": 2,\n  \"ReactionTimeMilliseconds\": %d,\n  "
            .formatted(reaction.toMillis());
  }

  private static void logStatements(MySqlMember member) {
    member.execute("SET GLOBAL general_log = ON");
  }

  /**
   * Waits until each node itself has seen each living server where it is by now, and the primary
   * not before now: an acker that was started behind the last visit to the primary does not count.
   */
  void awaitSeen() {
    awaitSeen(Instant.now());
  }

  private void awaitSeen(Instant since) {
    String primary = awaitPrimary().host();
    long living = fleet.members().stream().filter(MySqlMember::isAlive).count();
    for (OrchestratorNode node : nodes.nodes()) {
      Waiting.until(
          node + " has seen all living servers", LIMIT, () -> seen(node, primary, living, since));
    }
  }

  private static boolean seen(OrchestratorNode node, String primary, long living, Instant since) {
    return node.api()
            .getLocally("all-instances", CALL)
            .filter(NodeApi.Reply::isOk)
            .map(
                reply ->
                    StreamSupport.stream(reply.body().spliterator(), false)
                        .filter(instance -> isPlaced(instance, primary, living - 1, since))
                        .count())
            .orElse(0L)
        >= living;
  }

  /**
   * Whether a node saw a server answer, as the primary with its ackers or as its replica. Times are
   * told in whole seconds, cut off.
   */
  private static boolean isPlaced(JsonNode instance, String primary, long ackers, Instant since) {
    boolean isPrimary = instance.path("Key").path("Hostname").asString("").equals(primary);
    return instance.path("IsLastCheckValid").asBoolean(false)
        && (isPrimary
            ? instance.path("SemiSyncMasterClients").asInt(0) >= ackers
                && !Instant.parse(instance.path("LastSeenTimestamp").asString()).isBefore(since)
            : instance.path("MasterKey").path("Hostname").asString("").equals(primary));
  }

  NodeNetwork network() {
    return network;
  }

  NodeGroup nodes() {
    return nodes;
  }

  MySqlFleet fleet() {
    return fleet;
  }

  LedgerWriter writer() {
    return writer;
  }

  FaultFiles faults(OrchestratorNode node) {
    return new FaultFiles(node.folder());
  }

  Path hookLedger() {
    return folder.resolve("hooks.log");
  }

  /** Restarts the primary in place. */
  void restartPrimary(MySqlMember primary) {
    primary.kill9();
    Waiting.until("the end of " + primary, LIMIT, () -> !primary.isAlive());
    fleet.restart(primary, true, script);
  }

  /** The servers that are writable. */
  List<MySqlMember> writable() {
    return fleet.members().stream()
        .filter(MySqlMember::isAlive)
        .filter(ChaosWorld::acceptsWrites)
        .toList();
  }

  /** A server that dies while it is asked does not. */
  private static boolean acceptsWrites(MySqlMember member) {
    try {
      return member.isWritable();
    } catch (LabException e) {
      if (member.isAlive() && member.answers()) {
        throw e;
      }
      return false;
    }
  }

  /** The one writable server, waited for. */
  MySqlMember awaitPrimary() {
    return Waiting.poll(
            LIMIT,
            Duration.ofMillis(50),
            () -> {
              List<MySqlMember> writable = writable();
              return writable.size() == 1
                  ? Optional.of(writable.getFirst())
                  : Optional.<MySqlMember>empty();
            })
        .orElseThrow(() -> new LabException("writable: " + writable()));
  }

  /** Brings back what is dead or astray and waits until everything is as at the start. */
  void restore() {
    for (OrchestratorNode node : nodes.nodes()) {
      network.heal(node.host());
      faults(node).release();
      if (node.isAlive()) {
        node.process().signal("CONT");
      } else {
        node.launch();
      }
    }
    awaitIdle();
    MySqlMember primary = awaitPrimary();
    boolean restarted = false;
    for (MySqlMember member : fleet.members()) {
      if (!member.equals(primary)
          && (!member.isAlive() || !member.replicatesFrom(primary.host()))) {
        restarted = true;
        fleet.readmit(member, primary, TABLE, script);
      }
      logStatements(member);
    }
    for (OrchestratorNode node : nodes.nodes()) {
      Waiting.until(node + " is in the group", LIMIT, node::isHealthy);
    }
    Waiting.until(
        "recoveries are acknowledged",
        LIMIT,
        () ->
            nodes
                .awaitLeader()
                .api()
                .get("ack-all-recoveries?comment=next-round", CALL)
                .filter(NodeApi.Reply::isOk)
                .isPresent());
    awaitSeen(restarted ? Instant.now() : Instant.now().truncatedTo(ChronoUnit.SECONDS));
  }

  /** Who mends servers by hand while a recovery runs works against it. */
  private void awaitIdle() {
    Waiting.until(
        "no recovery runs",
        LIMIT,
        () ->
            Records.recoveries(nodes.awaitLeader())
                .filter(all -> all.stream().noneMatch(entry -> entry.ended().isEmpty()))
                .isPresent());
  }

  /**
   * A node that ends in order leaves an archive of its classes, with which all others start faster.
   * One node of the first world does so, where there is none yet.
   */
  private void shareClasses() {
    if (SHARING.getAndSet(true) || Files.exists(classes)) {
      return;
    }
    OrchestratorNode node = nodes.nodes().getFirst();
    Waiting.until(node + " is in the group", LIMIT, node::isHealthy);
    node.process().signal("TERM");
    Waiting.until("the end of " + node, LIMIT, () -> !node.isAlive());
    node.launch();
  }

  @Override
  public void close() {
    writer.close();
    for (OrchestratorNode node : nodes.nodes()) {
      if (node.isAlive()) {
        node.process().kill9();
      }
    }
    nodes.close();
    fleet.close();
    network.close();
  }
}
