package dev.orchestrator.jepsen.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** One primary and its replicas on 127.0.60.1 and following, by GTID with semi-sync. */
public final class MySqlFleet implements AutoCloseable {
  private static final String NETWORK = "127.0.60.";
  private static final int FIRST_SERVER_ID = 60001;

  private final List<MySqlMember> members;

  private MySqlFleet(List<MySqlMember> members) {
    this.members = members;
  }

  /** Describes a fleet of the given size, the first being the primary; nothing runs yet. */
  public static MySqlFleet of(Path folder, int size) {
    return of(folder, size, NETWORK, FIRST_SERVER_ID);
  }

  /**
   * As above, on other addresses.
   *
   * @param network what addresses begin with, up to and with the last dot
   */
  public static MySqlFleet of(Path folder, int size, String network, int firstServerId) {
    return new MySqlFleet(
        IntStream.rangeClosed(1, size)
            .mapToObj(
                n ->
                    new MySqlMember(
                        network + n, firstServerId + n - 1, n == 1, folder.resolve("mysql-" + n)))
            .toList());
  }

  /** Fails if an address of the fleet is taken. */
  public void requireFreeAddresses() {
    members.forEach(member -> ChildProcess.requireFree(member.host(), MySqlMember.PORT));
  }

  /** Starts all servers and their replication, and waits until every replica acknowledges. */
  public void start(Path script) {
    members.forEach(member -> member.launch(script));
    members.forEach(MySqlMember::awaitReady);
    replicas().forEach(replica -> follow(replica, primary()));
    Waiting.until(
        "all replicas replicate",
        Duration.ofSeconds(30),
        () ->
            replicas().stream().allMatch(replica -> replica.replicatesFrom(primary().host()))
                && acknowledgingReplicas() >= replicas().size());
  }

  private static void follow(MySqlMember replica, MySqlMember source) {
    replica.execute(
        """
        CHANGE REPLICATION SOURCE TO SOURCE_HOST='%s', SOURCE_PORT=%d, SOURCE_USER='repl',
          SOURCE_PASSWORD='repl', SOURCE_AUTO_POSITION=1, SOURCE_CONNECT_RETRY=1,
          SOURCE_RETRY_COUNT=86400, SOURCE_HEARTBEAT_PERIOD=2, GET_SOURCE_PUBLIC_KEY=1,
          SOURCE_BIND='%s'
        """
            .formatted(source.host(), MySqlMember.PORT, replica.host()),
        "START REPLICA");
  }

  /**
   * Brings a server that was killed back as a replica, as a careful person would: with what the
   * source lacks it is made anew.
   */
  public void rejoin(MySqlMember dead, MySqlMember source, Path script) {
    dead.destroy();
    dead.launchAsReplica(script);
    dead.awaitReady();
    String executed = source.row("SELECT @@GLOBAL.gtid_executed g").getOrDefault("g", "");
    String errant =
        dead.row("SELECT GTID_SUBTRACT(@@GLOBAL.gtid_executed, '" + executed + "') g")
            .getOrDefault("g", "?");
    if (!errant.isEmpty()) {
      dead.destroy();
      dead.forget();
      dead.launchAsReplica(script);
      dead.awaitReady();
    }
    dead.execute("STOP REPLICA", "RESET REPLICA ALL");
    follow(dead, source);
    Waiting.until(
        dead + " replicates from " + source,
        Duration.ofSeconds(30),
        () -> dead.replicatesFrom(source.host()));
  }

  /**
   * Brings a server that was killed back as a replica without making it anew: what only it had is
   * taken out of it, and its source gets empty transactions of the same names.
   *
   * @param table whose newest rows are what only the dead server can have
   */
  public void readmit(MySqlMember dead, MySqlMember source, String table, Path script) {
    if (!dead.isAlive()) {
      dead.launchAsReplica(script);
      dead.awaitReady();
    }
    dead.execute("STOP REPLICA", "RESET REPLICA ALL");
    List<String> surplus = surplus(dead, source);
    if (!surplus.isEmpty()) {
      dead.deleteSurplusRows(source, table, surplus.size());
      source.executeEmpty(surplus);
    }
    follow(dead, source);
    Waiting.until(
        dead + " replicates from " + source,
        Duration.ofSeconds(30),
        () -> dead.replicatesFrom(source.host()));
  }

  /** Names of the transactions that only one server has. */
  private static List<String> surplus(MySqlMember server, MySqlMember other) {
    String executed = other.row("SELECT @@GLOBAL.gtid_executed g").getOrDefault("g", "");
    String sets =
        server
            .row("SELECT GTID_SUBTRACT(@@GLOBAL.gtid_executed, '" + executed + "') g")
            .getOrDefault("g", "");
    List<String> names = new ArrayList<>();
    for (String set : sets.replaceAll("\\s", "").split(",", -1)) {
      String[] parts = set.split(":", -1);
      for (int i = 1; i < parts.length; i++) {
        String[] range = parts[i].split("-", -1);
        for (long n = Long.parseLong(range[0]); n <= Long.parseLong(range[range.length - 1]); n++) {
          names.add(parts[0] + ":" + n);
        }
      }
    }
    return names;
  }

  /** Starts a server that was killed as what it was, writable or not; returns when it answers. */
  public void restart(MySqlMember member, boolean writable, Path script) {
    member.launchAsReplica(script);
    member.awaitReady();
    if (writable) {
      member.execute(
          "SET GLOBAL rpl_semi_sync_source_enabled = ON",
          "SET GLOBAL super_read_only = OFF",
          "SET GLOBAL read_only = OFF");
    }
  }

  private int acknowledgingReplicas() {
    String value =
        primary().row("SHOW STATUS LIKE 'Rpl_semi_sync_source_clients'").getOrDefault("Value", "0");
    return Integer.parseInt(value);
  }

  /** All servers in the order of their addresses. */
  public List<MySqlMember> members() {
    return members;
  }

  /** The server that is the primary at the start. */
  public MySqlMember primary() {
    return members.getFirst();
  }

  /** The servers that are replicas at the start. */
  public List<MySqlMember> replicas() {
    return members.subList(1, members.size());
  }

  /** Kills all servers. */
  @Override
  public void close() {
    members.forEach(MySqlMember::destroy);
  }
}
