package dev.orchestrator.api.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The route table: the first route that matches the whole path wins. Immutable. */
public final class Router {
  private final List<Route> routes;

  public Router(List<Route> routes) {
    this.routes = List.copyOf(routes);
  }

  /** The table, in matching order. */
  public List<Route> routes() {
    return routes;
  }

  /** The route of a decoded path, with its parameters. */
  public Optional<Match> find(String path) {
    for (Route route : routes) {
      Optional<Map<String, String>> parameters = route.path().match(path);
      if (parameters.isPresent()) {
        return Optional.of(new Match(route, parameters.get()));
      }
    }
    return Optional.empty();
  }

  /** A route and what its parameters are. */
  public record Match(Route route, Map<String, String> parameters) {}
}
