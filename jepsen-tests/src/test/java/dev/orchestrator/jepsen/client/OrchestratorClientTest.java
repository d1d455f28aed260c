package dev.orchestrator.jepsen.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/orchestrator-client, run for real, against servers that answer what a test tells them. */
class OrchestratorClientTest {
  private static final Path CLIENT =
      Path.of("..", "bin", "orchestrator-client").toAbsolutePath().normalize();

  @TempDir Path temporary;
  private Stub leader;
  private Stub follower;

  @BeforeEach
  void start() throws IOException {
    leader = new Stub();
    follower = new Stub();
    leader.answer("/api/leader-check", 200, "\"OK\"");
    follower.answer("/api/leader-check", 404, "\"Not leader\"");
  }

  @AfterEach
  void stop() {
    leader.close();
    follower.close();
  }

  @Test
  void commandsGoToTheNodeThatSaysItLeads() {
    Run run = run(List.of(follower.url(), leader.url()), "-c", "which-api");
    assertThat(run.output()).isEqualTo(leader.url() + "/api\n");
  }

  @Test
  void aNodeThatReachesTheLeaderIsTakenIfNobodyElseAnswers() {
    follower.answer("/api/routed-leader-check", 200, "\"OK\"");
    Run run = run(List.of("http://127.0.0.1:1", follower.url()), "-c", "which-api");
    assertThat(run.output()).isEqualTo(follower.url() + "/api\n");
  }

  @Test
  void aSingleUrlIsUsedWithoutAsking() {
    follower.answer(
        "/api/clusters-info", 200, "[{\"ClusterName\":\"c1\"},{\"ClusterName\":\"c2\"}]");
    Run run = run(List.of(follower.url() + "/api/"), "-c", "clusters");
    assertThat(run.output()).isEqualTo("c1\nc2\n");
    assertThat(follower.paths()).containsExactly("/api/clusters-info");
  }

  @Test
  void theTreeIsPrintedAsItIs() {
    leader.answer("/api/topology/db1:3306", 200, ok("\"db1:3306   [0s,ok]\\n+ db2:3306 [0s,ok]\""));
    Run run = run(List.of(leader.url()), "-c", "topology", "-i", "db1:3306");
    assertThat(run).isEqualTo(new Run(0, "db1:3306   [0s,ok]\n+ db2:3306 [0s,ok]\n", ""));
  }

  @Test
  void textsAreEncodedWithoutATrailingNewline() {
    leader.answer("/api/begin-downtime/db2/3307/me/a long reason?/5m", 200, ok(key("db2", 3307)));
    Run run =
        run(
            List.of(leader.url()),
            "-c",
            "begin-downtime",
            "-i",
            "db2:3307",
            "-o",
            "me",
            "-r",
            "a long reason?",
            "-u",
            "5m");
    assertThat(run).isEqualTo(new Run(0, "db2:3307\n", ""));
    assertThat(leader.paths())
        .containsExactly("/api/begin-downtime/db2/3307/me/a%20long%20reason%3F/5m");
  }

  @Test
  void optionsHaveLongNamesAndOldCommandsGoOnWorking() {
    leader.answer("/api/instance-replicas/db1/3311", 200, "[{\"Key\":" + key("db2", 3306) + "}]");
    Run run = run(List.of(), "--command=which-slaves", "-D", "3311", "-idb1", "-api", leader.url());
    assertThat(run.output()).isEqualTo("db2:3306\n");
  }

  @Test
  void anErrorOfTheServerIsAnErrorHere() {
    leader.answer(
        "/api/discover/db9/3306",
        500,
        "{\"Code\":\"ERROR\",\"Message\":\"cannot  reach db9\",\"Details\":null}");
    Run run = run(List.of(leader.url()), "-c", "discover", "-i", "db9");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.output()).isEmpty();
    assertThat(run.errors()).contains("cannot reach db9 (HTTP 500)");
  }

  @Test
  void anEmptyAnswerIsNoSuccess() {
    leader.answer("/api/end-downtime/db1/3306", 502, "");
    Run run = run(List.of(leader.url()), "-c", "end-downtime", "-i", "db1");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.errors()).contains("HTTP 502");
  }

  @Test
  void waitsForALeaderAndThenGoesOn() {
    leader.answerOnce("/api/check-global-recoveries", 503, "{\"Message\":\"no raft leader\"}");
    leader.answer("/api/check-global-recoveries", 200, ok("\"enabled\""));
    Run run = run(List.of(leader.url()), "-c", "check-global-recoveries");
    assertThat(run).isEqualTo(new Run(0, "enabled\n", ""));
  }

  @Test
  void credentialsAreSentButNotOnACommandLine() {
    leader.answer("/api/raft-leader", 200, "\"10.0.0.1:10008\"");
    Run run = run(List.of(leader.url()), "-c", "raft-leader", "-b", "me:se\"cr\\et");
    assertThat(run.output()).isEqualTo("10.0.0.1:10008\n");
    assertThat(leader.authorization)
        .containsExactly(
            "Basic "
                + java.util.Base64.getEncoder()
                    .encodeToString("me:se\"cr\\et".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void problemsAreListedWithTheirCluster() {
    leader.answer(
        "/api/replication-analysis",
        200,
        ok(
            "[{\"AnalyzedInstanceKey\":"
                + key("db1", 3306)
                + ",\"ClusterDetails\":{\"ClusterName\":\"c1\"},\"Analysis\":\"DeadMaster\","
                + "\"StructureAnalysis\":null}]"));
    Run run = run(List.of(leader.url()), "-c", "replication-analysis");
    assertThat(run.output()).isEqualTo("db1:3306 (cluster c1): DeadMaster\n");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThat(run(List.of(), "-c", "topology").errors()).contains("needs a cluster");
    assertThat(run(List.of(), "-c", "discover").errors()).contains("needs an instance");
    assertThat(run(List.of(), "-c", "no-such-command").errors()).contains("unknown command");
    assertThat(run(List.of(), "-c").errors()).contains("needs a value");
  }

  private static String ok(String details) {
    return "{\"Code\":\"OK\",\"Message\":\"\",\"Details\":" + details + "}";
  }

  private static String key(String host, int port) {
    return "{\"Hostname\":\"" + host + "\",\"Port\":" + port + "}";
  }

  private record Run(int code, String output, String errors) {}

  private Run run(List<String> api, String... arguments) {
    var command = new ArrayList<>(List.of(CLIENT.toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command);
    builder.environment().remove("ORCHESTRATOR_INSTANCE");
    builder.environment().put("ORCHESTRATOR_API", String.join(" ", api));
    Path output = temporary.resolve("output");
    Path errors = temporary.resolve("errors");
    builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
    try {
      Process process = builder.start();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("the client ends").isTrue();
      return new Run(
          process.exitValue(),
          java.nio.file.Files.readString(output),
          java.nio.file.Files.readString(errors));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A node that answers what it was told and remembers what it was asked. */
  private static final class Stub implements AutoCloseable {
    private final HttpServer http;
    private final Map<String, Answer> once = new ConcurrentHashMap<>();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<String> paths = new CopyOnWriteArrayList<>();
    private final List<String> authorization = new CopyOnWriteArrayList<>();

    private record Answer(int status, String body) {}

    Stub() throws IOException {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
      http.createContext("/", this::handle);
      http.start();
    }

    String url() {
      return "http://127.0.0.1:" + http.getAddress().getPort();
    }

    List<String> paths() {
      return paths;
    }

    void answer(String path, int status, String body) {
      answers.put(path, new Answer(status, body));
    }

    void answerOnce(String path, int status, String body) {
      once.put(path, new Answer(status, body));
    }

    private void handle(HttpExchange exchange) throws IOException {
      paths.add(exchange.getRequestURI().getRawPath());
      List<String> sent = exchange.getRequestHeaders().get("Authorization");
      if (sent != null) {
        authorization.addAll(sent);
      }
      String path = exchange.getRequestURI().getPath();
      Answer answer = once.remove(path);
      if (answer == null) {
        answer = answers.getOrDefault(path, new Answer(404, "404 page not found\n"));
      }
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      try (exchange) {
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
      }
    }

    @Override
    public void close() {
      http.stop(0);
    }
  }
}
