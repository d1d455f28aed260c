package dev.orchestrator.jepsen.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One orchestrator process. Starting and killing is confined to the drill's main thread. */
public final class OrchestratorNode {
  /** HTTP port of every node. */
  public static final int HTTP_PORT = 3000;

  /** Raft port of every node. */
  public static final int RAFT_PORT = 10008;

  private static final Duration DEATH_LIMIT = Duration.ofSeconds(20);
  private static final Duration CHECK_LIMIT = Duration.ofMillis(500);

  private final String host;
  private final Path folder;
  private final Path launcher;
  private final NodeApi api;
  private final Enclosure enclosure;
  private volatile @Nullable ChildProcess process;

  OrchestratorNode(String host, Path folder, Path launcher) {
    this(host, folder, launcher, Enclosure.NONE);
  }

  OrchestratorNode(String host, Path folder, Path launcher, Enclosure enclosure) {
    this.enclosure = enclosure;
    this.host = host;
    this.folder = folder;
    this.launcher = launcher;
    this.api = new NodeApi(host, HTTP_PORT);
  }

  /** Writes the configuration, in the format of the Go tool, and makes the data folder. */
  void configure(List<String> hosts) {
    String raftNodes = hosts.stream().collect(Collectors.joining("\", \"", "\"", "\""));
    String configuration =
        """
        {
          "Debug": false,
          "ListenAddress": "%1$s:%2$d",
          "MySQLTopologyUser": "orchestrator",
          "MySQLTopologyPassword": "orch_topology_password",
          "BackendDB": "sqlite",
          "SQLite3DataFile": "%3$s/orchestrator.db",
          "RaftEnabled": true,
          "RaftDataDir": "%3$s",
          "RaftBind": "%1$s",
          "DefaultRaftPort": %4$d,
          "RaftNodes": [%5$s],
          "InstancePollSeconds": %7$d,
          "DiscoverByShowSlaveHosts": true,
          "HostnameResolveMethod": "none",
          "MySQLHostnameResolveMethod": "@@report_host",
          "RecoverMasterClusterFilters": ["*"],
          "RecoverIntermediateMasterClusterFilters": ["*"],
          %6$s"RecoveryPeriodBlockSeconds": 5
        }
        """
            .formatted(
                host,
                HTTP_PORT,
                folder.resolve("data"),
                RAFT_PORT,
                raftNodes,
                enclosure.configuration(),
                enclosure.pollSeconds());
    try {
      Files.createDirectories(folder.resolve("data"));
      Files.writeString(configurationFile(), configuration);
    } catch (IOException e) {
      throw new LabException("cannot write " + configurationFile(), e);
    }
  }

  /** Where its configuration and data are. */
  public Path folder() {
    return folder;
  }

  private Path configurationFile() {
    return folder.resolve("orchestrator.conf.json");
  }

  /** Starts the process on what is in its folder; does not wait. */
  public void launch() {
    requireFreeAddresses();
    List<String> command = new ArrayList<>(enclosure.wrapper());
    command.addAll(List.of(launcher.toString(), "--config=" + configurationFile(), "http"));
    process =
        ChildProcess.start(
            "orchestrator " + host,
            folder.resolve("orchestrator.log"),
            Map.of("ORCHESTRATOR_NO_BUILD", "yes"),
            command);
  }

  void requireFreeAddresses() {
    if (!enclosure.wrapper().isEmpty()) {
      return; // its addresses are not this namespace's
    }
    ChildProcess.requireFree(host, HTTP_PORT);
    ChildProcess.requireFree(host, RAFT_PORT);
  }

  /** The loopback address, which is also its name in the group. */
  public String host() {
    return host;
  }

  /** Where people find it. */
  public String url() {
    return "http://" + host + ":" + HTTP_PORT;
  }

  /** Its HTTP API. */
  public NodeApi api() {
    return api;
  }

  /** The current process. */
  public ChildProcess process() {
    ChildProcess current = process;
    if (current == null) {
      throw new LabException(host + " was never started");
    }
    return current;
  }

  /** Whether the process runs. */
  public boolean isAlive() {
    ChildProcess current = process;
    return current != null && current.isAlive();
  }

  /** Whether it says, now, that it leads. */
  public boolean isLeader() {
    return api.get("leader-check", CHECK_LIMIT).filter(reply -> reply.status() == 200).isPresent();
  }

  /** Whether it is in contact with a group that has a leader. */
  public boolean isHealthy() {
    return api.get("raft-status", CHECK_LIMIT)
        .filter(reply -> reply.status() == 200)
        .filter(reply -> reply.body().path("Healthy").asBoolean(false))
        .filter(reply -> !reply.body().path("Leader").asString("").isEmpty())
        .isPresent();
  }

  void destroy() {
    ChildProcess current = process;
    if (current != null) {
      current.destroy(DEATH_LIMIT);
    }
  }

  @Override
  public String toString() {
    return host;
  }
}
