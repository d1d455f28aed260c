package dev.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.api.TestApi.Answer;
import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ListenException;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules that hold for every path, over real sockets. */
class TransportTest {
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
  void jsonIsCompactWithItsContentType() {
    Answer answer = TestApi.get(server, "/api/lb-check");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("\"OK\"");
    assertThat(answer.field("Content-Type")).isEqualTo("application/json; charset=UTF-8");
    assertThat(answer.head()).doesNotContainIgnoringCase("Jetty");
  }

  @Test
  void charactersThatMatterToHtmlAreEscapedInLowerCaseHex() {
    Answer answer = TestApi.get(server, "/api/headers", "x-odd: <a&b>");
    assertThat(answer.body())
        .isEqualTo("{\"Connection\":[\"close\"],\"X-Odd\":[\"\\u003ca\\u0026b\\u003e\"]}");
  }

  @Test
  void unknownPathIsTextNotJson() {
    Answer answer = TestApi.get(server, "/api/nosuch");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("404 page not found\n");
    assertThat(answer.field("Content-Type")).isEqualToIgnoringCase("text/plain; charset=utf-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
  void onlyGetAndHeadReachARoute(String method) {
    Answer answer =
        TestApi.raw(
            server,
            method
                + " /api/lb-check HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
                + "Connection: close\r\n\r\n");
    assertThat(answer.status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/api", "/api/", "/api/lb-check", "/api/leader-check", "/web/clusters"})
  void headIsHarmlessAndHasNoBody(String path) {
    Answer answer =
        TestApi.raw(server, "HEAD " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.head()).startsWith("HTTP/1.1 200 OK");
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void slashAtTheEndIsOptionalButOnlyOne() {
    assertThat(TestApi.get(server, "/api/lb-check/").status()).isEqualTo(200);
    assertThat(TestApi.get(server, "/api/lb-check//").status()).isEqualTo(404);
    assertThat(TestApi.get(server, "//api/lb-check").status()).isEqualTo(404);
  }

  @Test
  void encodedSlashSeparatesSegments() {
    assertThat(TestApi.get(server, "/api%2Flb-check").status()).isEqualTo(200);
    assertThat(TestApi.get(server, "/api/leader-check/a%2Fb").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%0A", "%5C", "%25", "%2e%2e", "|", "a|b", "%E2%82%AC", "a;b=c"})
  void anyOtherByteMayStandInAParameter(String segment) {
    node.lease = false;
    assertThat(TestApi.get(server, "/api/leader-check/" + segment).body())
        .isEqualTo("\"Not leader\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%23", "%3F"})
  void hashAndQuestionMarkMayNot(String segment) {
    assertThat(TestApi.get(server, "/api/leader-check/" + segment).status()).isEqualTo(404);
  }

  @Test
  void brokenEscapeIsABadRequest() {
    assertThat(TestApi.get(server, "/api/leader-check/%zz").status()).isEqualTo(400);
    assertThat(TestApi.get(server, "/api/leader-check/%4").status()).isEqualTo(400);
    assertThat(TestApi.get(server, "/api/leader-check/%00").status()).isEqualTo(400);
  }

  @Test
  void headerFieldsAreBounded() {
    Answer answer = TestApi.get(server, "/api/lb-check", "X-Long: " + "x".repeat(40_000));
    assertThat(answer.status()).isEqualTo(431);
    assertThat(answer.body()).doesNotContain("<html");
  }

  @Test
  void gzipWhenAccepted() {
    assertThat(TestApi.gunzipped(server, "/api/lb-check")).isEqualTo("\"OK\"");
  }

  @Test
  void prefixIsNeededOnceConfigured() {
    try (ApiServer prefixed =
        TestApi.start(TestApi.config("orchestrator/"), TestApi.services(node))) {
      assertThat(TestApi.get(prefixed, "/orchestrator/api/lb-check").status()).isEqualTo(200);
      assertThat(TestApi.get(prefixed, "/orchestrator/").status()).isEqualTo(200);
      assertThat(TestApi.get(prefixed, "/api/lb-check").status()).isEqualTo(404);
      assertThat(TestApi.get(prefixed, "/orchestratorx/api/lb-check").status()).isEqualTo(404);
    }
  }

  @Test
  void pageNamesNodeAndLeader() {
    node.leaderUri = java.util.Optional.of(URI.create("http://n1.example:3000"));
    Answer answer = TestApi.get(server, "/web/clusters");
    assertThat(answer.field("Content-Type")).isEqualToIgnoringCase("text/html; charset=UTF-8");
    assertThat(answer.body()).contains("n1:10008", "http://n1.example:3000", "/api/clusters-info");
  }

  @Test
  void takenPortIsSaidWithAddressAndFix() {
    ApiConfig free = TestApi.config("");
    ApiConfig taken =
        new ApiConfig(
            new ApiConfig.Listen("127.0.0.1", server.port(), "", free.listen().advertiseUri(), 1),
            free.node(),
            free.fleet(),
            free.commitTimeout(),
            free.visitTimeout(),
            false);
    assertThatThrownBy(() -> TestApi.start(taken, TestApi.services(node)))
        .isInstanceOf(ListenException.class)
        .hasMessageContaining("127.0.0.1:" + server.port())
        .hasMessageContaining("ListenAddress");
  }

  @Test
  void pathThatIsNotBuiltSaysSoInAnEnvelope() {
    Answer answer = TestApi.get(server, "/api/relocate/h/1/i/2");
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body())
        .isEqualTo(
            "{\"Code\":\"ERROR\",\"Message\":\"/api/relocate/:host/:port/:belowHost/:belowPort is"
                + " not available in this version\",\"Details\":null}");
  }
}
