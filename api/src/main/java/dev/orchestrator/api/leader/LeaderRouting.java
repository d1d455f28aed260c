package dev.orchestrator.api.leader;

import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ErrorMapper;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.store.command.Leadership;
import java.net.URI;
import java.util.Optional;

/**
 * Decides who answers: this node, the leader through this node, or nobody. The leader's address
 * comes from the log, never from a request. Thread-safe.
 */
public final class LeaderRouting {
  /** A request header: {@code true} makes a read answer from this node's own data. */
  public static final String ASK_LOCAL = "X-Orchestrator-Local";

  /** Marks an answer that comes from this node's own data, which may lag behind the leader's. */
  public static final ApiResponse.HeaderField LOCAL_DATA =
      new ApiResponse.HeaderField("Orchestrator-Data", "local");

  private final Leadership leadership;
  private final URI ownUri;
  private final LeaderProxy proxy;

  /**
   * @param ownUri under which this node announces itself: never forwarded to
   */
  public LeaderRouting(Leadership leadership, URI ownUri, LeaderProxy proxy) {
    this.leadership = leadership;
    this.ownUri = ownUri;
    this.proxy = proxy;
  }

  /** Answers a request of a matched route. */
  public ApiResponse answer(Route route, ApiRequest request) {
    if (route.answeredBy() == Route.AnsweredBy.THIS_NODE || leadership.leads()) {
      return answerHere(route, request);
    }
    if (request.header(LeaderProxy.FORWARDED_BY).isPresent()) {
      return notTheLeader(request);
    }
    if (!route.writes() && request.header(ASK_LOCAL).filter("true"::equals).isPresent()) {
      return local(route, request);
    }
    Optional<URI> leader = leadership.leaderUri().filter(uri -> !uri.equals(ownUri));
    if (leader.isPresent()) {
      return proxy.forward(request, leader.get(), route.writes());
    }
    return route.writes()
        ? ApiResponse.failed(503, "no raft leader known; nothing was changed, try again")
        : local(route, request);
  }

  private ApiResponse answerHere(Route route, ApiRequest request) {
    ApiResponse answer = ErrorMapper.guard(route.handler(), request);
    if (!(answer instanceof ApiResponse.ProxyToLeader(URI leader))) {
      return answer;
    }
    // The handler found, before anything happened, that another node leads by now.
    if (request.header(LeaderProxy.FORWARDED_BY).isPresent()) {
      return notTheLeader(request);
    }
    if (leader.equals(ownUri)) {
      return ApiResponse.failed(503, "no raft leader known; nothing was changed, try again");
    }
    return proxy.forward(request, leader, route.writes());
  }

  private ApiResponse notTheLeader(ApiRequest request) {
    return ApiResponse.failed(
        503,
        leadership.self()
            + " does not lead, though "
            + request.header(LeaderProxy.FORWARDED_BY).orElse("a member")
            + " took it for the leader; nothing was changed, try again");
  }

  private ApiResponse local(Route route, ApiRequest request) {
    return new ApiResponse.WithField(answerHere(route, request), LOCAL_DATA);
  }
}
