package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Outcome;
import java.time.Duration;
import java.util.function.Function;

/** Sends commands through the log and says what became of them. Thread-safe. */
final class Commits {
  private final ApiServices services;
  private final Duration timeout;

  Commits(ApiServices services, Duration timeout) {
    this.services = services;
    this.timeout = timeout;
  }

  /**
   * Submits a command and answers by its outcome. Only an accepted command is OK; one that may
   * still happen is never called failed.
   */
  ApiResponse commit(Command command, Function<CommandResult, ApiResponse> whenAccepted) {
    return answer(command.name(), services.replicator().submit(command, timeout), whenAccepted);
  }

  /** Answers by what became of a command that was submitted elsewhere. */
  ApiResponse answer(
      String name, Outcome outcome, Function<CommandResult, ApiResponse> whenAccepted) {
    return switch (outcome) {
      case Outcome.Applied(CommandResult result) when result.accepted() ->
          whenAccepted.apply(result);
      case Outcome.Applied(CommandResult result) -> ApiResponse.failed(500, result.detail());
      case Outcome.NotLeader(var leader) when leader.isPresent() ->
          new ApiResponse.ProxyToLeader(leader.get());
      case Outcome.NotLeader _ ->
          ApiResponse.failed(503, "no raft leader known; nothing was changed, try again");
      case Outcome.Overloaded(Duration retryAfter) ->
          ApiResponse.failed(
              503,
              "too many changes are waiting; nothing was changed, try again in "
                  + Math.max(1, retryAfter.toSeconds())
                  + " s");
      case Outcome.Unknown(String reason) ->
          ApiResponse.failed(
              504, name + " may or may not take effect: " + reason + "; look before you repeat it");
    };
  }
}
