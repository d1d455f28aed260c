package dev.orchestrator.server;

import dev.orchestrator.store.model.StateReport;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings this node's state hash to the leader, through its API. Thread-safe. */
final class StateCourier {
  private static final Logger LOG = LoggerFactory.getLogger(StateCourier.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final String urlPrefix;

  StateCourier(String urlPrefix) {
    this.urlPrefix = urlPrefix;
  }

  /** Sends the report; it is sent again later as long as it is not in the log. */
  void send(URI leader, StateReport report) {
    String tables =
        report.tables().entrySet().stream()
            .map(table -> table.getKey() + ":" + table.getValue())
            .collect(Collectors.joining(","));
    String target =
        urlPrefix
            + "/api/raft-report-state?member="
            + encoded(report.member())
            + "&index="
            + report.checkIndex()
            + "&format="
            + encoded(report.format())
            + "&hash="
            + encoded(report.hash())
            + "&tables="
            + encoded(tables);
    try {
      HttpResponse<Void> answer =
          client.send(
              HttpRequest.newBuilder(leader.resolve(target)).timeout(TIMEOUT).build(),
              HttpResponse.BodyHandlers.discarding());
      LOG.debug("state report to {} answered {}", leader, answer.statusCode());
    } catch (IOException e) {
      LOG.debug("state report to {} failed: {}", leader, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
