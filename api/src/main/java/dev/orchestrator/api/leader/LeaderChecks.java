package dev.orchestrator.api.leader;

import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.store.command.Leadership;

/**
 * Tells load balancers whether this node leads: 200 only while the lease holds when the answer is
 * written (rule L1). Thread-safe; never waits.
 */
public final class LeaderChecks {
  private static final int NOT_LEADER = 404;

  private final Leadership leadership;

  public LeaderChecks(Leadership leadership) {
    this.leadership = leadership;
  }

  /** 200 on the leader; else the status that the caller asked for, 404 by default. */
  public ApiResponse check(ApiRequest request) {
    int otherwise =
        request.optionalParameter("errorStatusCode").map(this::status).orElse(NOT_LEADER);
    return new ApiResponse.AtWriting(
        () ->
            leadership.leaderCheck()
                ? ApiResponse.bare("OK")
                : new ApiResponse.Bare(otherwise, "Not leader"));
  }

  /**
   * The wished status, if it says failure: load balancers take 2xx and 3xx for a leader, and there
   * is one leader at most.
   */
  private int status(String wished) {
    if (!wished.matches("[4-9][0-9][0-9]")) {
      return NOT_LEADER;
    }
    return Integer.parseInt(wished);
  }
}
