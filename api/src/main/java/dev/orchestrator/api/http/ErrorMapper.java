package dev.orchestrator.api.http;

import dev.orchestrator.probe.ProbeException;
import dev.orchestrator.store.sql.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns failures of handlers into answers: the old paths say every error with status 500 and an
 * envelope (rule T4). Thread-safe.
 */
public final class ErrorMapper {
  private static final Logger log = LoggerFactory.getLogger(ErrorMapper.class);

  private ErrorMapper() {}

  /** Runs a handler; whatever it throws becomes an answer. */
  public static ApiResponse guard(ApiHandler handler, ApiRequest request) {
    try {
      return handler.handle(request);
    } catch (ApiException | ProbeException e) {
      return ApiResponse.failed(500, message(e));
    } catch (StoreException e) {
      log.warn("backend failed path={} error={}", request.path(), e.getMessage());
      log.debug("backend failed path={}", request.path(), e);
      return ApiResponse.failed(500, message(e));
    } catch (RuntimeException e) {
      log.error("request failed path={}", request.path(), e);
      return ApiResponse.failed(500, "internal error, see this node's log: " + e);
    }
  }

  private static String message(RuntimeException failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }
}
