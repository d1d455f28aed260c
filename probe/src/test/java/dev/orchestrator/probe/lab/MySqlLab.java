package dev.orchestrator.probe.lab;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A small replication topology of real MySQL 8.0 servers, up in a few seconds.
 *
 * <p>{@code try (var lab = MySqlLab.start("127.0.60", 4))} gives servers 1 to 4 on 127.0.60.1 to
 * 127.0.60.4, port 3306. Server 1 is the writable primary; the others replicate from it by GTID
 * auto position, are read_only and super_read_only and acknowledge by semi-sync (one
 * acknowledgement wanted, waited for without end). Servers report their loopback address as
 * report_host. Database {@code drill} with the table {@code ledger(id BIGINT PRIMARY KEY)} is
 * there; no transaction has been written.
 *
 * <p>Accounts, from any host: {@code lab/lab} may do everything and is what {@link #execute} and
 * {@link #query} use; {@code orchestrator/orch_topology_password} has what a topology manager
 * needs; {@code repl/repl} replicates; {@code app/app} owns database drill.
 *
 * <p>Only one lab of a network exists on a machine at a time: another one waits for it, also if it
 * belongs to another process. Servers that a killed process left behind are killed by the next lab
 * of the same network. Server numbers count from 1, like their addresses.
 *
 * <p>Thread-safe in so far as calls about different servers do not disturb each other; two threads
 * must not start or stop the same server at once.
 */
public final class MySqlLab implements AutoCloseable {
  /** The port of every server. */
  public static final int PORT = 3306;

  /** How long any single wait of the lab may last. */
  public static final Duration LIMIT = Duration.ofSeconds(60);

  private static final int PRIMARY = 1;

  private final LabFolder folder;
  private final List<MySqlServer> servers;
  private final Thread hook = new Thread(this::stopServers, "mysql-lab-shutdown");

  private MySqlLab(LabFolder folder, List<MySqlServer> servers) {
    this.folder = folder;
    this.servers = servers;
  }

  /**
   * Starts a primary and its replicas and returns when all replicas replicate.
   *
   * @param network the first three numbers of a loopback network, e.g. "127.0.60"; choose one per
   *     test class that may run beside others
   * @param servers how many, at least 1
   * @param options further lines for every my.cnf without leading dashes, e.g. {@code
   *     "binlog_format=STATEMENT"}
   */
  public static MySqlLab start(String network, int servers, String... options) {
    return start(network, servers, true, options);
  }

  /**
   * As {@link #start}, but the servers do not replicate: all are writable and without semi-sync.
   */
  public static MySqlLab startUnlinked(String network, int servers, String... options) {
    return start(network, servers, false, options);
  }

  private static MySqlLab start(String network, int count, boolean linked, String... options) {
    Path script = LabFolder.script();
    LabFolder folder = LabFolder.claim(network, LIMIT.multipliedBy(10));
    var extra = new ArrayList<>(Arrays.stream(options).map(option -> "--" + option).toList());
    if (!linked) {
      extra.add("--rpl_semi_sync_source_enabled=OFF");
    }
    List<MySqlServer> servers =
        IntStream.rangeClosed(1, count)
            .mapToObj(
                n ->
                    new MySqlServer(
                        script,
                        folder.path().resolve(String.valueOf(n)),
                        network + "." + n,
                        serverId(network, n),
                        n == PRIMARY || !linked,
                        extra))
            .toList();
    var lab = new MySqlLab(folder, servers);
    Runtime.getRuntime().addShutdownHook(lab.hook);
    try {
      servers.forEach(MySqlServer::launch);
      servers.forEach(server -> server.awaitReady(LIMIT));
      if (linked) {
        for (int n = 2; n <= count; n++) {
          lab.repoint(n, PRIMARY);
        }
        lab.awaitReplicating();
        lab.awaitTrue("all replicas acknowledge", () -> lab.semiSyncClients(PRIMARY) >= count - 1);
      }
      return lab;
    } catch (RuntimeException | Error e) {
      lab.close();
      throw e;
    }
  }

  /** Differs between servers and between networks: 127.0.60.3 has 60003. */
  private static int serverId(String network, int n) {
    return Integer.parseInt(network.substring(network.lastIndexOf('.') + 1)) * 1000 + n;
  }

  /** How many servers there are, dead ones included. */
  public int size() {
    return servers.size();
  }

  /** The address of server {@code n}, e.g. 127.0.60.1. */
  public String host(int n) {
    return server(n).host();
  }

  /** The port, the same for all. */
  public int port() {
    return PORT;
  }

  /** Host and port of server {@code n}, e.g. 127.0.60.1:3306. */
  public String key(int n) {
    return server(n).key();
  }

  /** URL for a plain connection to server {@code n}; user and password are up to the caller. */
  public String jdbcUrl(int n) {
    return server(n).jdbcUrl();
  }

  /** The process id of server {@code n}'s latest start. */
  public long pid(int n) {
    return server(n).pid();
  }

  /** Whether server {@code n}'s process exists, be it frozen. */
  public boolean isAlive(int n) {
    return server(n).isAlive();
  }

  /** Runs statements one by one on server {@code n} in one session with all rights. */
  public void execute(int n, String... statements) {
    server(n).execute(statements);
  }

  /** Runs a query on server {@code n} with all rights; every row by column label, null for NULL. */
  public List<Map<String, String>> query(int n, String sql) {
    return server(n).query(sql);
  }

  /** The first column of the first row of a query on server {@code n}, null for NULL or no row. */
  public String value(int n, String sql) {
    return server(n).value(sql);
  }

  /** The row of SHOW REPLICA STATUS on server {@code n}; empty if it is no replica. */
  public Map<String, String> replicaStatus(int n) {
    List<Map<String, String>> rows = query(n, "SHOW REPLICA STATUS");
    return rows.isEmpty() ? Map.of() : rows.getFirst();
  }

  /** Whether server {@code n} replicates, both threads, from server {@code source}. */
  public boolean replicatesFrom(int n, int source) {
    Map<String, String> status = replicaStatus(n);
    return host(source).equals(status.get("Source_Host"))
        && "Yes".equals(status.get("Replica_IO_Running"))
        && "Yes".equals(status.get("Replica_SQL_Running"));
  }

  /** Makes server {@code n} replicate from {@code source}; does not wait for the connection. */
  public void repoint(int n, int source) {
    execute(
        n,
        "STOP REPLICA",
        """
        CHANGE REPLICATION SOURCE TO SOURCE_HOST='%s', SOURCE_PORT=%d, SOURCE_USER='repl',
          SOURCE_PASSWORD='repl', SOURCE_AUTO_POSITION=1, SOURCE_CONNECT_RETRY=1,
          SOURCE_RETRY_COUNT=86400, SOURCE_HEARTBEAT_PERIOD=2, GET_SOURCE_PUBLIC_KEY=1,
          SOURCE_BIND='%s'
        """
            .formatted(host(source), PORT, host(n)),
        "START REPLICA");
  }

  /** How many replicas acknowledge transactions of server {@code n}. */
  public int semiSyncClients(int n) {
    String sql = "SHOW STATUS LIKE 'Rpl_semi_sync_source_clients'";
    return Integer.parseInt(query(n, sql).getFirst().get("Value"));
  }

  /** Waits until every living replica replicates from whatever source it has. */
  public void awaitReplicating() {
    awaitTrue(
        "all replicas replicate",
        () ->
            IntStream.rangeClosed(1, size())
                .filter(this::isAlive)
                .mapToObj(this::replicaStatus)
                .filter(status -> !status.isEmpty())
                .allMatch(
                    status ->
                        "Yes".equals(status.get("Replica_IO_Running"))
                            && "Yes".equals(status.get("Replica_SQL_Running"))));
  }

  /** Waits until server {@code n} has executed all that {@code source} has executed by now. */
  public void awaitCaughtUp(int n, int source) {
    String wanted = value(source, "SELECT @@GLOBAL.gtid_executed");
    awaitTrue(
        key(n) + " has executed " + wanted,
        () -> "1".equals(value(n, "SELECT GTID_SUBSET('" + wanted + "', @@GLOBAL.gtid_executed)")));
  }

  /** Waits at most {@link #LIMIT} for a condition, asking often; fails with its name. */
  public void awaitTrue(String condition, BooleanSupplier holds) {
    await(condition)
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptions()
        .until(holds::getAsBoolean);
  }

  /** Kills server {@code n} with SIGKILL and returns when the process is gone. */
  public void kill9(int n) {
    server(n).kill9();
  }

  /** Stops server {@code n}'s process with SIGSTOP: its connections stay open and silent. */
  public void freeze(int n) {
    server(n).signal("STOP");
  }

  /** Lets server {@code n} go on after {@link #freeze}. */
  public void thaw(int n) {
    server(n).signal("CONT");
  }

  /** Shuts server {@code n} down in order, as an administrator would. */
  public void stop(int n) {
    server(n).stop(LIMIT);
  }

  /** Starts server {@code n} again on its data, after stopping it in order if it runs. */
  public void restart(int n) {
    server(n).stop(LIMIT);
    server(n).launch();
    server(n).awaitReady(LIMIT);
  }

  /** Shuts all servers down in order. */
  public void stopAll() {
    servers.forEach(server -> server.stop(LIMIT));
  }

  /** Switches the log of every statement that reaches server {@code n} on or off. */
  public void generalLog(int n, boolean on) {
    execute(n, "SET GLOBAL general_log = " + (on ? "ON" : "OFF"));
  }

  /** The lines of server {@code n}'s general log so far; empty if it was never on. */
  public List<String> generalLogLines(int n) {
    return server(n).logLines("general.log");
  }

  /** The lines of server {@code n}'s error log. */
  public List<String> errorLogLines(int n) {
    return server(n).logLines("error.log");
  }

  /** Kills all servers and deletes their data. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyShuttingDown) {
      return; // the hook does it
    }
    stopServers();
  }

  private void stopServers() {
    servers.forEach(MySqlServer::kill9);
    try {
      folder.release();
    } catch (IOException e) {
      throw new LabException("could not delete " + folder.path(), e);
    }
  }

  private MySqlServer server(int n) {
    if (n < 1 || n > servers.size()) {
      throw new IllegalArgumentException("the servers are 1 to " + servers.size() + ", not " + n);
    }
    return servers.get(n - 1);
  }
}
