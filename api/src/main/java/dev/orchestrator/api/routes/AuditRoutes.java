package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.LegacyRecoveryJson;
import dev.orchestrator.store.model.FailureDetection;
import dev.orchestrator.store.model.Recovery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What was detected and what was done about it, newest first. Thread-safe. */
public final class AuditRoutes {
  private static final int PAGE_SIZE = 20;
  private static final int MOST_RECENT = 1_000;
  private static final Duration RECENT = Duration.ofMinutes(5);

  private final ApiServices services;

  public AuditRoutes(ApiServices services) {
    this.services = services;
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.read("audit-recovery", this::newest),
        Route.read("audit-recovery/:page", this::newest),
        Route.read("audit-recovery/id/:id", this::byId),
        Route.read("audit-recovery/uid/:uid", this::byUid),
        Route.read("audit-recovery/cluster/:clusterName", this::byCluster),
        Route.read("audit-recovery/cluster/:clusterName/:page", this::byCluster),
        Route.read("audit-recovery/alias/:clusterAlias", this::byAlias),
        Route.read("audit-recovery/alias/:clusterAlias/:page", this::byAlias),
        Route.read("audit-recovery-steps/:uid", this::steps),
        Route.read("active-cluster-recovery/:clusterName", this::active),
        Route.read("recently-active-cluster-recovery/:clusterName", this::recentlyActive),
        Route.read("recently-active-instance-recovery/:host/:port", this::recentlyActiveOf),
        Route.read("audit-failure-detection", this::detections),
        Route.read("audit-failure-detection/:page", this::detections),
        Route.read("audit-failure-detection/id/:id", this::detection),
        Route.read("audit-failure-detection/alias/:clusterAlias", this::detectionsByAlias),
        Route.read("audit-failure-detection/alias/:clusterAlias/:page", this::detectionsByAlias));
  }

  private ApiResponse newest(ApiRequest request) {
    boolean open = request.queryValue("unacknowledged").filter("true"::equals).isPresent();
    return recoveries(services.database().recoveries().newest(open, offset(request), PAGE_SIZE));
  }

  private ApiResponse byId(ApiRequest request) {
    return recoveries(services.database().recoveries().byId(id(request)).stream().toList());
  }

  private ApiResponse byUid(ApiRequest request) {
    return recoveries(found(request).stream().toList());
  }

  private ApiResponse byCluster(ApiRequest request) {
    String cluster = request.parameter("clusterName");
    return recoveries(
        services.database().recoveries().byClusterName(cluster, offset(request), PAGE_SIZE));
  }

  private ApiResponse byAlias(ApiRequest request) {
    String alias = request.parameter("clusterAlias");
    return recoveries(services.database().recoveries().byAlias(alias, offset(request), PAGE_SIZE));
  }

  private ApiResponse steps(ApiRequest request) {
    Optional<Recovery> recovery = found(request);
    if (recovery.isEmpty()) {
      return ApiResponse.bare(List.of());
    }
    return ApiResponse.bare(
        services.database().recoverySteps().of(recovery.get().uid()).stream()
            .map(step -> LegacyRecoveryJson.of(recovery.get(), step))
            .toList());
  }

  private ApiResponse active(ApiRequest request) {
    String cluster = request.parameter("clusterName");
    return recoveries(
        services.database().recoveries().running().stream()
            .filter(recovery -> recovery.subject().clusterName().equals(cluster))
            .toList());
  }

  private ApiResponse recentlyActive(ApiRequest request) {
    String cluster = request.parameter("clusterName");
    return recent(recovery -> recovery.subject().clusterName().equals(cluster));
  }

  private ApiResponse recentlyActiveOf(ApiRequest request) {
    String key = request.parameter("host") + ":" + request.parameter("port");
    return recent(
        recovery ->
            recovery.subject().failedKey().toString().equals(key)
                || recovery
                    .ending()
                    .flatMap(Recovery.Ending::successor)
                    .filter(successor -> successor.toString().equals(key))
                    .isPresent());
  }

  /** Those that began within the last five minutes, as upstream. */
  private ApiResponse recent(Predicate<Recovery> wanted) {
    Instant since = services.clock().instant().minus(RECENT);
    return recoveries(
        services.database().recoveries().newest(false, 0, MOST_RECENT).stream()
            .filter(recovery -> recovery.startedAt().isAfter(since))
            .filter(wanted)
            .toList());
  }

  private ApiResponse detections(ApiRequest request) {
    return listed(services.database().detections().newest(offset(request), PAGE_SIZE));
  }

  private ApiResponse detection(ApiRequest request) {
    return listed(services.database().detections().byId(id(request)).stream().toList());
  }

  private ApiResponse detectionsByAlias(ApiRequest request) {
    String alias = request.parameter("clusterAlias");
    return listed(services.database().detections().byAlias(alias, offset(request), PAGE_SIZE));
  }

  private Optional<Recovery> found(ApiRequest request) {
    return services.database().recoveries().byUid(request.parameter("uid"));
  }

  private ApiResponse recoveries(List<Recovery> recoveries) {
    Instant now = services.clock().instant();
    return ApiResponse.bare(
        recoveries.stream()
            .map(
                recovery ->
                    LegacyRecoveryJson.of(
                        recovery,
                        recovers(
                            recovery.subject().clusterName(), recovery.subject().clusterAlias()),
                        now))
            .toList());
  }

  private ApiResponse listed(List<FailureDetection> detections) {
    return ApiResponse.bare(
        detections.stream()
            .map(
                detection ->
                    LegacyRecoveryJson.of(
                        detection, recovers(detection.clusterName(), detection.clusterAlias())))
            .toList());
  }

  private boolean recovers(String clusterName, String clusterAlias) {
    return services.recoversPrimaryOf().test(clusterName, clusterAlias);
  }

  /** First row of the page; a page that is no number is the first. */
  private static int offset(ApiRequest request) {
    return request
        .optionalParameter("page")
        .filter(page -> page.matches("[0-9]{1,7}"))
        .map(page -> Integer.parseInt(page) * PAGE_SIZE)
        .orElse(0);
  }

  private static long id(ApiRequest request) {
    try {
      return Long.parseLong(request.parameter("id"));
    } catch (NumberFormatException e) {
      throw new ApiException("Invalid id: " + request.parameter("id"), e);
    }
  }
}
