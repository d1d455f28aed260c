package dev.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.api.http.PathPattern;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.http.Router;
import dev.orchestrator.api.legacy.LegacyPaths;
import dev.orchestrator.api.routes.RouteTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The route table against the list of published paths, and against the documentation. */
class ApiRoutesTest {
  /** Paths that the predecessor never had. */
  private static final Set<String> OWN =
      Set.of(
          "/api/explain/:clusterHint",
          "/api/pause-recoveries/:clusterHint/:owner/:reason",
          "/api/pause-recoveries/:clusterHint/:owner/:reason/:duration",
          "/api/resume-recoveries/:clusterHint",
          "/api/raft-check-state",
          "/api/raft-metrics",
          "/api/raft-state-hashes");

  private final List<Route> built =
      RouteTable.built(TestApi.config(""), TestApi.services(FakeNode.leader("n1:10008")));
  private final Router router =
      RouteTable.router(TestApi.config(""), TestApi.services(FakeNode.leader("n1:10008")));

  private List<Route> builtApi() {
    return built.stream().filter(route -> route.path().toString().startsWith("/api/")).toList();
  }

  @Test
  void thereAre245PublishedPaths() {
    assertThat(LegacyPaths.all()).hasSize(245).doesNotHaveDuplicates();
  }

  @Test
  void everyBuiltRouteIsAPublishedPathWithItsAccessAndItsAnswerer() {
    Map<String, LegacyPaths.Published> published =
        LegacyPaths.all().stream()
            .collect(Collectors.toMap(LegacyPaths.Published::path, Function.identity()));
    for (Route route : builtApi()) {
      if (OWN.contains(route.path().toString())) {
        continue;
      }
      LegacyPaths.Published path = published.get(route.path().toString());
      assertThat(path).as("published path %s", route.path()).isNotNull();
      assertThat(route.writes()).as("write permission for %s", path).isEqualTo(path.writes());
      assertThat(route.answeredBy() == Route.AnsweredBy.LEADER)
          .as("answered by the leader: %s", path)
          .isEqualTo(path.leader());
    }
  }

  @Test
  void everyPublishedPathFindsItsOwnRoute() {
    for (LegacyPaths.Published published : LegacyPaths.all()) {
      String path = published.path().replaceAll(":[A-Za-z]+", "7");
      assertThat(router.find(path).map(match -> match.route().path().toString()))
          .as("route of %s", path)
          .contains(published.path());
    }
  }

  @Test
  void parametersAreNamedOncePerPath() {
    for (Route route : router.routes()) {
      String[] names =
          route.path().toString().replaceAll("[^:]*:([A-Za-z]+)[^:]*", "$1 ").split(" ");
      assertThat(names).as("parameters of %s", route.path()).doesNotHaveDuplicates();
    }
  }

  @Test
  void documentationListsExactlyWhatIsBuilt() throws IOException {
    List<String> documented = new ArrayList<>();
    String text = Files.readString(Path.of("..", "docs", "api.md"));
    String table = text.substring(text.indexOf("## What is built"), text.indexOf("## Where it"));
    for (String line : table.lines().toList()) {
      if (line.startsWith("| `")) {
        documented.add("/api/" + line.substring(3, line.indexOf('`', 3)));
      }
    }
    assertThat(documented).doesNotHaveDuplicates();
    assertThat(new TreeSet<>(documented))
        .isEqualTo(
            builtApi().stream()
                .map(Route::path)
                .map(PathPattern::toString)
                .collect(Collectors.toCollection(TreeSet::new)));
  }
}
