package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.StateReport;
import dev.orchestrator.store.replication.StateVerdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Whether all members hold the same replicated rows. Thread-safe. */
public final class StateRoutes {
  private final ApiServices services;
  private final Commits commits;

  public StateRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.commits = new Commits(services, config.commitTimeout());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.write("raft-check-state", _ -> check()),
        Route.local("raft-state-hashes", _ -> hashes()));
  }

  private ApiResponse check() {
    return commits.commit(
        new Command.CheckState(),
        result -> ApiResponse.ok("Checking the state at index " + result.id(), result.id()));
  }

  private ApiResponse hashes() {
    List<StateReport> reports = services.database().stateReports().all();
    StateVerdict verdict = StateVerdict.of(reports);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("CheckIndex", services.database().settings().checkIndex());
    answer.put("Diverged", verdict.diverged());
    answer.put("Description", verdict.diverged() ? verdict.describe() : "");
    Map<String, Object> hashes = new TreeMap<>();
    reports.forEach(report -> hashes.put(report.member(), report.hash()));
    answer.put("Hashes", hashes);
    return ApiResponse.bare(answer);
  }
}
