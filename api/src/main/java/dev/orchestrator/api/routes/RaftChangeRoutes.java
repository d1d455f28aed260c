package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiHandler;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.PathPattern;
import dev.orchestrator.api.http.RaftAdmin;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.raft.group.MemberChange;
import dev.orchestrator.raft.group.NotLeaderException;
import dev.orchestrator.raft.group.RaftException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Changes of the group that people ask for: who belongs to it (rule I7) and who leads it.
 * Thread-safe.
 */
public final class RaftChangeRoutes {
  private static final Duration CHANGE_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration YIELD_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration NEXT_LEADER_TIMEOUT = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 20;

  private final ApiServices services;

  public RaftChangeRoutes(ApiServices services) {
    this.services = services;
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.write(
            "raft-add-peer/:addr",
            request -> change("raft-add-peer", request, MemberChange.Add::new)),
        Route.write(
            "raft-remove-peer/:addr",
            request -> change("raft-remove-peer", request, MemberChange.Remove::new)),
        onlyOnTheLeader("raft-yield/:node", this::yieldTo),
        onlyOnTheLeader("raft-yield-hint/:hint", this::yieldHint));
  }

  /** Published as answered by the node that was asked, which refuses if it does not lead. */
  private Route onlyOnTheLeader(String path, ApiHandler handler) {
    return new Route(
        PathPattern.of("/api/" + path),
        Route.Access.WRITE,
        Route.AnsweredBy.THIS_NODE,
        request ->
            services.raftAdmin().isEmpty() || services.leadership().leads()
                ? handler.handle(request)
                : ApiResponse.failed(500, "Unauthorized: only the leader can yield"));
  }

  private ApiResponse change(
      String asked, ApiRequest request, Function<String, MemberChange> changeOf) {
    RaftAdmin admin = admin(asked);
    String name = admin.name(request.parameter("addr"));
    URI before = services.leadership().leaderUri().orElse(null);
    try {
      admin.member().changeMembers(changeOf.apply(name), CHANGE_TIMEOUT);
      return ApiResponse.bare(name);
    } catch (NotLeaderException e) {
      // Asked to remove itself this node hands over first; the next leader does the rest.
      return nextLeader(Optional.ofNullable(before))
          .<ApiResponse>map(ApiResponse.ProxyToLeader::new)
          .orElseGet(
              () ->
                  ApiResponse.failed(
                      503, asked + ": leadership is changing; look at raft-peers, then try again"));
    } catch (RaftException e) {
      throw new ApiException(asked + " " + name + ": " + e.getMessage(), e);
    } catch (TimeoutException e) {
      return ApiResponse.failed(
          504,
          asked
              + " "
              + name
              + " may or may not come: not done within "
              + CHANGE_TIMEOUT.toSeconds()
              + " s; look at raft-peers");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(asked + ": this node stops", e);
    }
  }

  /** Where the new leader is, once it has said so. */
  private Optional<URI> nextLeader(Optional<URI> before) throws ApiException {
    long until = System.nanoTime() + NEXT_LEADER_TIMEOUT.toNanos();
    while (System.nanoTime() < until) {
      Optional<URI> now = services.leadership().leaderUri();
      if (now.isPresent() && !now.equals(before)) {
        return now;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private ApiResponse yieldTo(ApiRequest request) {
    RaftAdmin admin = admin("raft-yield");
    String name = admin.name(request.parameter("node"));
    if (!admin.member().status().voters().contains(name)) {
      throw new ApiException(
          "raft-yield: " + name + " is not among the members " + admin.member().status().voters());
    }
    return yieldTo("raft-yield", admin, name)
        ? ApiResponse.ok("Asynchronously yielded", null)
        : notMoved("raft-yield", name);
  }

  private ApiResponse yieldHint(ApiRequest request) {
    RaftAdmin admin = admin("raft-yield-hint");
    String hint = request.parameter("hint");
    Optional<String> name =
        admin.member().status().voters().stream().filter(each -> each.contains(hint)).findFirst();
    if (hint.isEmpty() || name.isEmpty()) {
      throw new ApiException(
          "raft-yield-hint: no member's name contains \""
              + hint
              + "\": "
              + admin.member().status().voters());
    }
    return yieldTo("raft-yield-hint", admin, name.get())
        ? ApiResponse.ok("Asynchronously yielded by hint " + hint, hint)
        : notMoved("raft-yield-hint", name.get());
  }

  private static boolean yieldTo(String asked, RaftAdmin admin, String name) {
    if (admin.member().status().self().name().equals(name)) {
      return admin.member().status().leaderReady();
    }
    try {
      return admin.member().transferLeadership(Optional.of(name), YIELD_TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(asked + ": this node stops", e);
    }
  }

  private static ApiResponse notMoved(String asked, String name) {
    return ApiResponse.failed(
        500,
        asked
            + ": leadership has not moved to "
            + name
            + " within "
            + YIELD_TIMEOUT.toSeconds()
            + " s; is it connected?");
  }

  private RaftAdmin admin(String asked) {
    return services
        .raftAdmin()
        .orElseThrow(() -> new ApiException(asked + ": not running with raft setup"));
  }
}
