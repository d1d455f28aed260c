package dev.orchestrator.api.http;

/** Answers requests of one route; called on a virtual thread, many at once. */
@FunctionalInterface
public interface ApiHandler {
  /**
   * Answers.
   *
   * @throws ApiException the request is wrong or cannot be served; becomes an error envelope
   */
  ApiResponse handle(ApiRequest request);
}
