package dev.orchestrator.api;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.HttpListener;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.http.Router;
import dev.orchestrator.api.leader.LeaderProxy;
import dev.orchestrator.api.leader.LeaderRouting;
import dev.orchestrator.api.routes.RouteTable;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** The HTTP API of one node. Thread-safe. */
public final class ApiServer implements AutoCloseable {
  private final ApiServices services;
  private volatile ApiConfig config;
  private volatile Router router;
  private final LeaderProxy proxy;
  private final LeaderRouting routing;
  private final HttpListener listener;
  private final Semaphore inWork;

  public ApiServer(ApiConfig config, ApiServices services) {
    this.services = services;
    this.config = config;
    this.router = RouteTable.router(config, services);
    this.proxy = new LeaderProxy(services.leadership().self());
    this.routing = new LeaderRouting(services.leadership(), config.listen().advertiseUri(), proxy);
    this.listener = new HttpListener(config.listen(), this::answer);
    this.inWork = new Semaphore(config.listen().maxConcurrentRequests());
  }

  /**
   * Starts to listen.
   *
   * @throws dev.orchestrator.api.http.ListenException the address cannot be bound
   */
  public void start() {
    proxy.start();
    try {
      listener.start();
    } catch (RuntimeException e) {
      proxy.close();
      throw e;
    }
  }

  /**
   * Answers by other limits, filters and permissions from now on; where it listens and what it says
   * of itself stays.
   */
  public void reconfigure(ApiConfig newConfig) {
    ApiConfig mixed =
        new ApiConfig(
            config.listen(),
            config.node(),
            newConfig.fleet(),
            newConfig.commitTimeout(),
            newConfig.visitTimeout(),
            newConfig.readOnly());
    router = RouteTable.router(mixed, services);
    config = mixed;
  }

  /** The port that was bound; only after {@link #start()}. */
  public int port() {
    return listener.port();
  }

  /** Stops at once: requests in work are cut off. */
  @Override
  public void close() {
    listener.close();
    proxy.close();
  }

  private ApiResponse answer(ApiRequest request) {
    String prefix = config.listen().urlPrefix();
    boolean get = request.method().equals("GET") || request.method().equals("HEAD");
    if (!get || !request.path().startsWith(prefix + "/")) {
      return ApiResponse.notFound();
    }
    Optional<Router.Match> match = router.find(request.path().substring(prefix.length()));
    if (match.isEmpty()) {
      return ApiResponse.notFound();
    }
    Route route = match.get().route();
    ApiRequest matched = request.withParameters(match.get().parameters());
    if (route.writes() && config.readOnly()) {
      return ApiResponse.failed(500, "Unauthorized: this node is configured ReadOnly");
    }
    // Never refused: what load balancers ask to find the leader.
    return route.answeredBy() == Route.AnsweredBy.THIS_NODE
        ? routing.answer(route, matched)
        : bounded(route, matched);
  }

  private ApiResponse bounded(Route route, ApiRequest request) {
    if (!inWork.tryAcquire()) {
      return ApiResponse.failed(503, "too many requests in work; nothing was changed, try again");
    }
    try {
      return routing.answer(route, request);
    } finally {
      inWork.release();
    }
  }
}
