package dev.orchestrator.jepsen.drill;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Plays an orchestrator node, well or badly, so that the drill itself can be tested: does it see a
 * good failover as good, and each kind of bad end as bad?
 *
 * <p>There is no consensus here: the living node with the lowest address leads, and the records lie
 * in one file for all.
 */
final class FakeNode {
  private static final String[] HOSTS = {"127.0.0.11", "127.0.0.12", "127.0.0.13"};
  private static final String PRIMARY = "127.0.60.1";
  private static final int MISSED_PINGS = 3;

  private final String host;
  private final Path records;
  private final DrillFault fault;
  private boolean recovered;
  private int missed;

  private FakeNode(String host, Path records, DrillFault fault) {
    this.host = host;
    this.records = records;
    this.fault = fault;
  }

  /** Arguments as the launcher gets them: --config=FILE http. */
  public static void main(String[] arguments) throws IOException {
    Path configuration = Path.of(arguments[0].substring("--config=".length()));
    JsonNode json = JsonMapper.shared().readTree(Files.readString(configuration));
    String host = json.path("RaftBind").asString();
    Path records = configuration.getParent().getParent().resolve("fake-records.json");
    var node =
        new FakeNode(host, records, DrillFault.valueOf(System.getProperty("drill.fault", "NONE")));
    var raft = new ServerSocket();
    raft.bind(new InetSocketAddress(host, json.path("DefaultRaftPort").asInt()));
    HttpServer http = HttpServer.create(new InetSocketAddress(host, 3000), 64);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext("/api/", node::answer);
    http.start();
    Executors.newSingleThreadScheduledExecutor()
        .scheduleWithFixedDelay(node::watchPrimary, 200, 100, TimeUnit.MILLISECONDS);
  }

  private boolean leads() {
    for (String other : HOSTS) {
      if (other.equals(host)) {
        return true;
      }
      if (answers(other, 3000)) {
        return false;
      }
    }
    return true;
  }

  private static boolean answers(String address, int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 200);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().substring("/api/".length());
    switch (path.split("/")[0]) {
      case "leader-check" -> reply(exchange, leads() ? 200 : 404, "\"OK\"");
      case "raft-status" -> reply(exchange, 200, "{\"Healthy\":true,\"Leader\":\"somebody\"}");
      case "discover", "end-downtime" -> reply(exchange, 200, "{\"Code\":\"OK\"}");
      case "begin-downtime" ->
          reply(exchange, leads() ? 200 : 503, "{\"Code\":\"" + (leads() ? "OK" : "ERROR") + "\"}");
      case "topology" -> reply(exchange, 200, "{\"Code\":\"OK\",\"Details\":\"a tree\"}");
      case "all-instances" ->
          reply(
              exchange,
              200,
              living().stream()
                  .map(instance -> "{\"IsLastCheckValid\":true}")
                  .collect(Collectors.joining(",", "[", "]")));
      case "audit-failure-detection", "audit-recovery" -> reply(exchange, 200, recordsSeen());
      default -> reply(exchange, 404, "null");
    }
  }

  private String recordsSeen() throws IOException {
    boolean hidden = fault == DrillFault.NODES_DISAGREE && host.equals(HOSTS[2]);
    return Files.exists(records) && !hidden ? Files.readString(records) : "[]";
  }

  private static void reply(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static List<String> living() {
    var hosts = new ArrayList<String>();
    for (int n = 1; n <= 4; n++) {
      if (answers("127.0.60." + n, 3306)) {
        hosts.add("127.0.60." + n);
      }
    }
    return hosts;
  }

  private void watchPrimary() {
    missed = answers(PRIMARY, 3306) ? 0 : missed + 1;
    if (missed < MISSED_PINGS || recovered || !leads()) {
      return;
    }
    try {
      recovered = true;
      recover();
    } catch (SQLException | IOException e) {
      e.printStackTrace();
    }
  }

  /** Picks the replica that received most, lets it apply all, and moves the others below it. */
  private void recover() throws SQLException, IOException {
    if (fault == DrillFault.NO_RECOVERY) {
      return;
    }
    String successor = best();
    write(successor, false);
    if (fault == DrillFault.WRITES_LOST) {
      execute(successor, "SET GLOBAL super_read_only=0", "SET sql_log_bin=0");
      execute(
          successor, "SET sql_log_bin=0", "DELETE FROM drill.ledger WHERE id BETWEEN 10 AND 12");
    }
    execute(
        successor,
        "STOP REPLICA IO_THREAD",
        "DO WAIT_FOR_EXECUTED_GTID_SET((SELECT received_transaction_set FROM"
            + " performance_schema.replication_connection_status), 10)",
        "STOP REPLICA",
        "RESET REPLICA ALL",
        "SET GLOBAL rpl_semi_sync_source_enabled=1",
        "SET GLOBAL super_read_only=0",
        "SET GLOBAL read_only=0");
    List<String> replicas = living().stream().filter(other -> !other.equals(successor)).toList();
    for (String other : replicas) {
      boolean astray = fault == DrillFault.REPLICA_LEFT_BEHIND && other.equals(replicas.getLast());
      if (!astray) {
        execute(
            other,
            "STOP REPLICA",
            "CHANGE REPLICATION SOURCE TO SOURCE_HOST='" + successor + "'",
            "START REPLICA");
      }
      if (fault == DrillFault.TWO_PRIMARIES) {
        execute(other, "SET GLOBAL super_read_only=0", "SET GLOBAL read_only=0");
      }
    }
    write(successor, true);
  }

  private static String best() throws SQLException {
    String best = "127.0.60.2";
    for (String other : living()) {
      try (Connection connection = connect(other);
          Statement statement = connection.createStatement();
          var row =
              statement.executeQuery(
                  "SELECT GTID_SUBTRACT(received_transaction_set, '"
                      + received(best)
                      + "') FROM performance_schema.replication_connection_status")) {
        if (row.next() && !row.getString(1).isEmpty()) {
          best = other;
        }
      }
    }
    return best;
  }

  private static String received(String server) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT received_transaction_set FROM performance_schema.replication_connection_status")) {
      return row.next() ? row.getString(1) : "";
    }
  }

  private static void execute(String server, String... statements) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static Connection connect(String server) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:mysql://" + server + ":3306/?sslMode=DISABLED&allowPublicKeyRetrieval=true",
        "lab",
        "lab");
  }

  private void write(String successor, boolean ended) throws IOException {
    String json =
        """
        [{"UID":"1:a","AnalysisEntry":{"Analysis":"DeadMaster",
          "AnalyzedInstanceKey":{"Hostname":"%s","Port":3306}},
          "SuccessorKey":{"Hostname":"%s","Port":%d},"IsSuccessful":%s,"RecoveryEndTimestamp":"%s"}]
        """
            .formatted(
                PRIMARY,
                ended ? successor : "",
                ended ? 3306 : 0,
                ended,
                ended ? "2026-01-01T00:00:00Z" : "");
    Path draft = records.resolveSibling("fake-records.new");
    Files.writeString(draft, json);
    Files.move(draft, records, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
