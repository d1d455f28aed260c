package dev.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.api.TestApi.Answer;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.leader.LeaderChecks;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What load balancers ask, in the ways they ask it. */
class LeaderCheckTest {
  private static final ApiRequest REQUEST =
      new ApiRequest("GET", "", "", Map.of(), Map.of(), new TreeMap<>(), "127.0.0.1");

  private final FakeNode node = FakeNode.leader("n1:10008");
  private ApiServer server;

  @BeforeEach
  void start() {
    server = TestApi.start(node);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void leaderWithLeaseSaysOk() {
    Answer answer = TestApi.get(server, "/api/leader-check");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("\"OK\"");
  }

  @Test
  void leaderWhoseLeaseRanOutIsNotLeader() {
    node.lease = false;
    Answer answer = TestApi.get(server, "/api/leader-check");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("\"Not leader\"");
  }

  @Test
  void leaseThatRunsOutBeforeTheAnswerIsWrittenCounts() {
    ApiResponse answer = new LeaderChecks(node).check(REQUEST);
    node.lease = false;
    assertThat(answer)
        .isInstanceOfSatisfying(
            ApiResponse.AtWriting.class,
            late ->
                assertThat(late.answer().get()).isEqualTo(new ApiResponse.Bare(404, "Not leader")));
  }

  @ParameterizedTest
  @CsvSource({
    "503,503",
    "404,404",
    "500,500",
    "410,410",
    "599,599",
    "abc,404",
    "-1,404",
    "0,404",
    "99,404",
    "100,404",
    "200,404",
    "204,404",
    "302,404",
    "1000,404",
    "99999999999,404",
    "503%0A,503"
  })
  void otherStatusIsTheWishedFailure(String wished, int status) {
    assertThat(TestApi.get(server, "/api/leader-check/" + wished).status()).isEqualTo(200);
    node.lease = false;
    assertThat(TestApi.get(server, "/api/leader-check/" + wished).status()).isEqualTo(status);
  }

  @Test
  void haproxyHttp10CheckWithoutHost() {
    String check = "GET /api/leader-check HTTP/1.0\r\n\r\n";
    assertThat(TestApi.raw(server, check).status()).isEqualTo(200);
    node.lease = false;
    assertThat(TestApi.raw(server, check).status()).isEqualTo(404);
    assertThat(TestApi.raw(server, "OPTIONS /api/leader-check HTTP/1.0\r\n\r\n").status())
        .isEqualTo(404);
  }

  @Test
  void raftHealthIsPartOfQuorum() {
    Answer healthy = TestApi.get(server, "/api/raft-health");
    assertThat(healthy.status()).isEqualTo(200);
    assertThat(healthy.body()).isEqualTo("\"healthy\"");
    node.leads = false;
    node.inQuorum = false;
    Answer alone = TestApi.get(server, "/api/raft-health");
    assertThat(alone.status()).isEqualTo(500);
    assertThat(alone.body())
        .isEqualTo("{\"Code\":\"ERROR\",\"Message\":\"unhealthy\",\"Details\":null}");
    assertThat(TestApi.get(server, "/api/raft-state").body()).isEqualTo("\"Candidate\"");
    assertThat(TestApi.get(server, "/api/raft-leader").body()).isEqualTo("\"\"");
  }

  @Test
  void raftRoutesNameMembers() {
    assertThat(TestApi.get(server, "/api/raft-state").body()).isEqualTo("\"Leader\"");
    assertThat(TestApi.get(server, "/api/raft-leader").body()).isEqualTo("\"n1:10008\"");
    assertThat(TestApi.get(server, "/api/raft-peers").body())
        .isEqualTo("[\"n1:10008\",\"n2:10008\",\"n3:10008\"]");
    assertThat(TestApi.get(server, "/api/raft-status").body())
        .startsWith(
            "{\"RaftBind\":\"10.0.0.1\",\"RaftAdvertise\":\"n1:10008\",\"State\":\"Leader\","
                + "\"Healthy\":true,\"IsPartOfQuorum\":true,\"Leader\":\"n1:10008\","
                + "\"LeaderURI\":\"\",\"Peers\":[\"n1:10008\",\"n2:10008\",\"n3:10008\"],");
  }

  @Test
  void withoutRaftTheRaftRoutesSaySoAndTheNodeLeads() {
    try (ApiServer alone =
        TestApi.start(TestApi.config(""), TestApi.withoutRaft(TestApi.services(node)))) {
      assertThat(TestApi.get(alone, "/api/leader-check").status()).isEqualTo(200);
      Answer state = TestApi.get(alone, "/api/raft-state");
      assertThat(state.status()).isEqualTo(500);
      assertThat(state.body()).contains("\"raft-state: not running with raft setup\"");
      assertThat(TestApi.get(alone, "/api/raft-peers").body()).contains("raft-nodes: not running");
      assertThat(TestApi.get(alone, "/api/raft-health").status()).isEqualTo(500);
    }
  }
}
