package dev.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Router;
import dev.orchestrator.api.routes.AnalysisRoutes;
import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.probe.analysis.AnalysisPolicy;
import dev.orchestrator.probe.analysis.Analyzer;
import dev.orchestrator.probe.detection.FleetView;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which judgements are listed; handlers are called without a server. */
class AnalysisRoutesTest {
  private static final List<Analysis> JUDGEMENT =
      List.of(
          analysis("db1", AnalysisCode.DEAD_PRIMARY, List.of()),
          analysis("db2", AnalysisCode.NO_PROBLEM, List.of()),
          analysis("db3", AnalysisCode.NO_PROBLEM, List.of("NoLoggingReplicasStructureWarning")),
          analysis("lab4", AnalysisCode.DEAD_PRIMARY, List.of()));

  @TempDir Path folder;

  private static Analysis analysis(String host, AnalysisCode code, List<String> warnings) {
    return new Analysis(
        code,
        "",
        warnings,
        Instance.known(new InstanceKey(host, 3306)),
        "alias-" + host,
        List.of(),
        true,
        false,
        new Analysis.Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        Optional.empty(),
        false);
  }

  private List<String> hosts(String path) {
    try (Database database = Database.sqlite(folder.resolve("orchestrator.db"))) {
      for (Analysis analysis : JUDGEMENT) {
        database.instances().save(List.of(analysis.instance()));
      }
      ApiServices bare = TestApi.services(FakeNode.leader("n1:10008"));
      Analyzer unused =
          new Analyzer(new AnalysisPolicy(Duration.ZERO, Duration.ZERO, Duration.ZERO));
      ApiServices services =
          new ApiServices(
              database,
              new FleetView(database, unused, bare.clock()),
              bare.visitor(),
              bare.forget(),
              bare.recoversPrimaryOf(),
              bare.orders(),
              bare.replicator(),
              bare.leadership(),
              bare.raft(),
              TestApi.noReload(),
              bare.clock());
      Router router =
          new Router(new AnalysisRoutes(TestApi.config(""), services, () -> JUDGEMENT).routes());
      Router.Match match = router.find("/api/" + path).orElseThrow();
      ApiRequest request =
          new ApiRequest(
              "GET", path, path, match.parameters(), Map.of(), new TreeMap<>(), "127.0.0.1");
      ApiResponse answer = match.route().handler().handle(request);
      ApiResponse.Envelope envelope = (ApiResponse.Envelope) answer;
      assertThat(envelope.ok()).isTrue();
      assertThat(envelope.message()).isEqualTo("Analysis");
      return ((List<?>) envelope.details())
          .stream()
              .map(entry -> (Map<?, ?>) ((Map<?, ?>) entry).get("AnalyzedInstanceKey"))
              .map(key -> String.valueOf(key.get("Hostname")))
              .toList();
    }
  }

  @Test
  void problemsAndWarningsOfAllClustersButIgnoredHosts() {
    assertThat(hosts("replication-analysis")).containsExactly("db1", "db3");
  }

  @Test
  void oneClusterByNameAndUnknownIsEmpty() {
    assertThat(hosts("replication-analysis/db3:3306")).containsExactly("db3");
    assertThat(hosts("replication-analysis/nosuch")).isEmpty();
  }

  @Test
  void oneInstance() {
    assertThat(hosts("replication-analysis/instance/db1/3306")).containsExactly("db1");
    assertThat(hosts("replication-analysis/instance/db2/3306")).isEmpty();
  }
}
