package dev.orchestrator.api.http;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One request, free of any server's types. Immutable.
 *
 * @param method GET or HEAD reach a route; anything else is not found
 * @param path percent-decoded path behind the URL prefix, with a leading slash
 * @param rawTarget path and query as they came, prefix included: what a proxy passes on
 * @param parameters path parameters of the matched route, decoded
 * @param query query parameters, decoded
 * @param headers header fields; names compare without case
 * @param remoteAddress address of the peer
 */
public record ApiRequest(
    String method,
    String path,
    String rawTarget,
    Map<String, String> parameters,
    Map<String, List<String>> query,
    SortedMap<String, List<String>> headers,
    String remoteAddress) {
  public ApiRequest {
    parameters = Map.copyOf(parameters);
    query = Map.copyOf(query);
    SortedMap<String, List<String>> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    byName.putAll(headers);
    headers = Collections.unmodifiableSortedMap(byName);
  }

  /** The same request with the parameters of its route. */
  public ApiRequest withParameters(Map<String, String> found) {
    return new ApiRequest(method, path, rawTarget, found, query, headers, remoteAddress);
  }

  /** A path parameter without blanks and line breaks around it: clients append a line break. */
  public String parameter(String name) {
    return optionalParameter(name)
        .orElseThrow(() -> new IllegalStateException("the route has no parameter " + name));
  }

  /** A path parameter that not every path of the route has. */
  public Optional<String> optionalParameter(String name) {
    return Optional.ofNullable(parameters.get(name)).map(String::strip);
  }

  /** First value of a query parameter without blanks around it; empty when absent. */
  public Optional<String> queryValue(String name) {
    return first(query.get(name)).map(String::strip);
  }

  /** First value of a header field. */
  public Optional<String> header(String name) {
    return first(headers.get(name));
  }

  private static Optional<String> first(@org.jspecify.annotations.Nullable List<String> values) {
    return values == null || values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
  }
}
