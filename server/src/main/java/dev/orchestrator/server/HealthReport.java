package dev.orchestrator.server;

import dev.orchestrator.api.leader.FollowerReports;
import dev.orchestrator.raft.group.RaftStatus;
import dev.orchestrator.server.config.NodeConfig;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the leader's HTTP API, at each tick, that this member's HTTP side works; the leader shows
 * who did. Confined to a watch thread of its own.
 */
final class HealthReport implements Runnable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HealthReport.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final NodeConfig config;
  private final Supplier<Optional<RaftStatus>> status;
  private final Supplier<Optional<URI>> leader;

  HealthReport(
      NodeConfig config, Supplier<Optional<RaftStatus>> status, Supplier<Optional<URI>> leader) {
    this.config = config;
    this.status = status;
    this.leader = leader;
  }

  @Override
  public void run() {
    Optional<RaftStatus> member = status.get();
    Optional<URI> to = leader.get();
    if (member.isEmpty() || to.isEmpty() || config.raft().isEmpty()) {
      return;
    }
    NodeConfig.Raft raft = config.raft().get();
    URI report =
        URI.create(
            to.get()
                + config.http().urlPrefix()
                + "/api/raft-follower-health-report/"
                + FollowerReports.token(member.get())
                + "/"
                + URLEncoder.encode(raft.bindText(), StandardCharsets.UTF_8)
                + "/"
                + URLEncoder.encode(raft.advertiseText(), StandardCharsets.UTF_8));
    try {
      int answer =
          client
              .send(
                  HttpRequest.newBuilder(report).timeout(TIMEOUT).build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode();
      LOG.debug("health report leader={} status={}", to.get(), answer);
    } catch (IOException e) {
      LOG.debug("health report leader={} not sent: {}", to.get(), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
