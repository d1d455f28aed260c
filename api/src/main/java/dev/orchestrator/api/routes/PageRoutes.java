package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.PathPattern;
import dev.orchestrator.api.http.Route;
import java.net.URI;
import java.util.List;

/** One small page, so that a browser finds something at the root and where pages used to be. */
public final class PageRoutes {
  private final ApiConfig config;
  private final ApiServices services;

  public PageRoutes(ApiConfig config, ApiServices services) {
    this.config = config;
    this.services = services;
  }

  /** The pages; each node answers them itself. */
  public List<Route> routes() {
    return List.of(page("/"), page("/web/*"), page("/api"));
  }

  private Route page(String path) {
    return new Route(
        PathPattern.of(path), Route.Access.READ, Route.AnsweredBy.THIS_NODE, _ -> page());
  }

  private ApiResponse page() {
    String api = config.listen().urlPrefix() + "/api/";
    String leader = services.leadership().leaderUri().map(URI::toString).orElse("unknown");
    return new ApiResponse.Text(
        200,
        ApiResponse.HTML,
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>orchestrator %1$s</title></head>
        <body>
        <h1>orchestrator</h1>
        <p>Node %1$s, version %2$s. Leader: <a href="%3$s">%3$s</a>.</p>
        <ul>
        <li><a href="%4$sclusters-info">clusters</a></li>
        <li><a href="%4$sproblems">problems</a></li>
        <li><a href="%4$saudit-recovery">recoveries</a></li>
        <li><a href="%4$sstatus">this node's health</a></li>
        <li><a href="%4$sraft-status">Raft</a></li>
        </ul>
        </body></html>
        """
            .formatted(
                html(services.leadership().self()),
                html(config.node().version()),
                html(leader),
                html(api)));
  }

  private static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
