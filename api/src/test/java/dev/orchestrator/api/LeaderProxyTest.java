package dev.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.api.TestApi.Answer;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three nodes over real sockets: who answers, and what is said when nobody can. */
class LeaderProxyTest {
  private static final String DOWNTIME = "/api/begin-downtime/10.0.0.9/3306/me%0A/why%20not%0A/1h";

  private final FakeNode one = FakeNode.leader("n1:10008");
  private final FakeNode two = new FakeNode("n2:10008");
  private final FakeNode three = new FakeNode("n3:10008");
  private ApiServer first;
  private ApiServer second;
  private ApiServer third;

  @BeforeEach
  void start() {
    first = TestApi.start(one);
    second = TestApi.start(two);
    third = TestApi.start(three);
    for (FakeNode node : List.of(one, two, three)) {
      node.leaderUri = Optional.of(uri(first.port()));
    }
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
    third.close();
  }

  private static URI uri(int port) {
    return URI.create("http://127.0.0.1:" + port);
  }

  @Test
  void writeAtAFollowerIsDoneByTheLeader() {
    Answer answer = TestApi.get(second, DOWNTIME);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo(
            "{\"Code\":\"OK\",\"Message\":\"Instance now in downtime: 10.0.0.9:3306\","
                + "\"Details\":{\"Hostname\":\"10.0.0.9\",\"Port\":3306}}");
    assertThat(answer.field("Content-Type")).isEqualTo("application/json; charset=UTF-8");
    assertThat(two.submitted).isEmpty();
    assertThat(one.submitted)
        .singleElement()
        .isInstanceOfSatisfying(
            Command.BeginDowntime.class,
            begin -> {
              assertThat(begin.downtime().owner()).isEqualTo("me");
              assertThat(begin.downtime().reason()).isEqualTo("why not");
            });
  }

  @Test
  void routedLeaderCheckFindsTheLeaderThroughAnyNode() {
    assertThat(TestApi.get(third, "/api/routed-leader-check").status()).isEqualTo(200);
    assertThat(TestApi.get(third, "/api/leader-check").status()).isEqualTo(404);
    one.lease = false;
    assertThat(TestApi.get(third, "/api/routed-leader-check").status()).isEqualTo(404);
  }

  @Test
  void headAndGzipPassThroughTheProxy() {
    Answer head =
        TestApi.raw(
            second,
            "HEAD /api/routed-leader-check HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(TestApi.gunzipped(second, "/api/routed-leader-check")).isEqualTo("\"OK\"");
  }

  @Test
  void deadLeaderIsA503WithJson() {
    first.close();
    Answer write = TestApi.get(second, DOWNTIME);
    assertThat(write.status()).isEqualTo(503);
    assertThat(write.body()).startsWith("{\"Code\":\"ERROR\",\"Message\":\"the leader http://");
    assertThat(TestApi.get(second, "/api/routed-leader-check").status()).isEqualTo(503);
  }

  @Test
  void deadLeaderAfterKeptConnectionsIsNotRetried() {
    assertThat(TestApi.get(second, DOWNTIME).status()).isEqualTo(200);
    first.close();
    assertThat(TestApi.get(second, DOWNTIME).status()).isIn(503, 504);
    assertThat(one.submitted).hasSize(1);
  }

  @Test
  void leaderThatTakesTheWriteAndDiesIsAMayOrMayNot() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    try (ServerSocket dying = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
      Thread.ofPlatform().daemon().start(() -> swallow(dying, requests));
      two.leaderUri = Optional.of(uri(dying.getLocalPort()));
      Answer write = TestApi.get(second, DOWNTIME);
      assertThat(write.status()).isEqualTo(504);
      assertThat(write.body()).contains("may or may not");
      assertThat(requests).hasValue(1);
      Answer read = TestApi.get(second, "/api/check-global-recoveries");
      assertThat(read.status()).isEqualTo(503);
    }
  }

  /** Reads each request's first bytes, then cuts the connection. */
  private static void swallow(ServerSocket server, AtomicInteger requests) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        socket.getInputStream().read(new byte[64 * 1024]);
        requests.incrementAndGet();
      } catch (IOException e) {
        return;
      }
    }
  }

  @Test
  void noLeaderKnownRefusesWritesAndAnswersReadsWithOwnData() {
    two.leaderUri = Optional.empty();
    Answer write = TestApi.get(second, DOWNTIME);
    assertThat(write.status()).isEqualTo(503);
    assertThat(write.body()).contains("\"Code\":\"ERROR\"", "no raft leader known");
    Answer read = TestApi.get(second, "/api/automated-recovery-filters");
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.field("Orchestrator-Data")).isEqualTo("local");
    assertThat(two.submitted).isEmpty();
  }

  @Test
  void readMayBeAskedFromThisNodeButAWriteMayNot() {
    Answer read =
        TestApi.get(second, "/api/automated-recovery-filters", "X-Orchestrator-Local: true");
    assertThat(read.field("Orchestrator-Data")).isEqualTo("local");
    assertThat(TestApi.get(second, "/api/automated-recovery-filters").field("Orchestrator-Data"))
        .isEmpty();
    assertThat(TestApi.get(second, DOWNTIME, "X-Orchestrator-Local: true").status()).isEqualTo(200);
    assertThat(two.submitted).isEmpty();
    assertThat(one.submitted).hasSize(1);
  }

  @Test
  void nodesThatTakeEachOtherForTheLeaderDoNotLoop() {
    two.leaderUri = Optional.of(uri(third.port()));
    three.leaderUri = Optional.of(uri(second.port()));
    Answer answer = TestApi.get(second, DOWNTIME);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body()).contains("n3:10008 does not lead", "n2:10008");
  }

  @Test
  void formerLeaderDoesNotForwardToItself() {
    try (ApiServer former =
        TestApi.start(
            TestApi.config("", URI.create("http://self.example:3000")), TestApi.services(two))) {
      two.leaderUri = Optional.of(URI.create("http://self.example:3000"));
      Answer answer = TestApi.get(former, DOWNTIME);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.body()).contains("no raft leader known");
    }
  }

  @Test
  void leadershipLostBeforeTheWriteIsProxiedOn() {
    two.leads = true; // thinks so, but the log knows better
    two.log = _ -> new Outcome.NotLeader(Optional.of(uri(first.port())));
    assertThat(TestApi.get(second, DOWNTIME).status()).isEqualTo(200);
    assertThat(one.submitted).hasSize(1);
  }

  @Test
  void outcomesAreToldApart() {
    one.log = _ -> new Outcome.Unknown("leadership lost");
    Answer unknown = TestApi.get(first, DOWNTIME);
    assertThat(unknown.status()).isEqualTo(504);
    assertThat(unknown.body()).contains("begin-downtime may or may not take effect");
    one.log = _ -> new Outcome.Overloaded(Duration.ofSeconds(2));
    assertThat(TestApi.get(first, DOWNTIME).status()).isEqualTo(503);
    one.log = _ -> new Outcome.NotLeader(Optional.empty());
    assertThat(TestApi.get(first, DOWNTIME).status()).isEqualTo(503);
    one.log = _ -> new Outcome.Applied(CommandResult.refused("because"));
    Answer refused = TestApi.get(first, DOWNTIME);
    assertThat(refused.status()).isEqualTo(500);
    assertThat(refused.body())
        .isEqualTo("{\"Code\":\"ERROR\",\"Message\":\"because\",\"Details\":null}");
    assertThat(TestApi.get(second, DOWNTIME).status()).isEqualTo(500);
  }
}
