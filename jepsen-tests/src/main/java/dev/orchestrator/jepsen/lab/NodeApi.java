package dev.orchestrator.jepsen.lab;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** The HTTP API of one node. Thread-safe. */
public final class NodeApi {
  /** Makes a follower answer a read itself instead of passing it to the leader. */
  private static final String LOCAL_HEADER = "X-Orchestrator-Local";

  private static final JsonMapper JSON = JsonMapper.shared();

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofMillis(500))
          .build();
  private final URI base;

  /** The API below http://host:port/api/. */
  public NodeApi(String host, int port) {
    this.base = URI.create("http://" + host + ":" + port + "/api/");
  }

  /** What a node answered; a body that is no JSON is missing. */
  public record Reply(int status, JsonNode body) {
    /** Whether it is a success, by the status and by the envelope. */
    public boolean isOk() {
      return status == 200 && !"ERROR".equals(body.path("Code").asString(""));
    }

    /** The envelope's content. */
    public JsonNode details() {
      return body.path("Details");
    }

    /** Status and message for people. */
    public String summary() {
      return status + " " + body.path("Message").asString("");
    }
  }

  /** Calls a path below /api/; empty if no answer came in time. */
  public Optional<Reply> get(String path, Duration limit) {
    return send(HttpRequest.newBuilder(base.resolve(path)), limit);
  }

  /** As {@link #get}, but answered from this node's own data, whoever leads. */
  public Optional<Reply> getLocally(String path, Duration limit) {
    return send(HttpRequest.newBuilder(base.resolve(path)).header(LOCAL_HEADER, "true"), limit);
  }

  /** The text at a path of the server, for example {@code /metrics}; empty if it is not there. */
  public Optional<String> page(String path, Duration limit) {
    return answer(HttpRequest.newBuilder(base.resolve(path)), limit)
        .filter(response -> response.statusCode() == 200)
        .map(HttpResponse::body);
  }

  private Optional<Reply> send(HttpRequest.Builder request, Duration limit) {
    return answer(request, limit)
        .map(response -> new Reply(response.statusCode(), parse(response.body())));
  }

  private Optional<HttpResponse<String>> answer(HttpRequest.Builder request, Duration limit) {
    try {
      return Optional.of(
          client.send(request.timeout(limit).build(), HttpResponse.BodyHandlers.ofString()));
    } catch (IOException noAnswer) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static JsonNode parse(String body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException notJson) {
      return MissingNode.getInstance();
    }
  }
}
