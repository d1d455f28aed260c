package dev.orchestrator.api.legacy;

import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.PathPattern;
import dev.orchestrator.api.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The predecessor's paths: names with its old words, and the list of all of them. */
public final class LegacyPaths {
  /** Writable primary of every cluster. */
  public static final String PRIMARIES = "masters";

  /** Primary of one cluster. */
  public static final String PRIMARY = "master/:clusterHint";

  /** Writes primaries to key-value stores, all or with a cluster behind it. */
  public static final String SUBMIT_PRIMARIES = "submit-masters-to-kv-stores";

  /** In front of the keys under which primaries are published. */
  public static final String PRIMARY_KEY_PREFIX = "mysql/master/";

  private static final String LIST = "upstream-routes.txt";

  private LegacyPaths() {}

  /**
   * One path of the predecessor.
   *
   * @param path full path pattern
   * @param writes it needs write permission
   * @param leader the leader answers it
   */
  public record Published(String path, boolean writes, boolean leader) {}

  /** All paths under {@code /api/} that the predecessor served. */
  public static List<Published> all() {
    try (InputStream in = LegacyPaths.class.getResourceAsStream(LIST)) {
      String text =
          new String(Objects.requireNonNull(in, LIST).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.startsWith("#") && !line.isBlank())
          .map(line -> line.split(" ", 3))
          .map(word -> new Published("/api/" + word[2], word[0].equals("W"), word[1].equals("P")))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + LIST, e);
    }
  }

  /** Routes for the paths that are not built: they say so, instead of looking unknown. */
  public static List<Route> notBuilt(Collection<Route> built) {
    Set<String> known =
        built.stream().map(route -> route.path().toString()).collect(Collectors.toSet());
    return all().stream()
        .filter(published -> !known.contains(published.path()))
        .map(LegacyPaths::refusal)
        .toList();
  }

  private static Route refusal(Published published) {
    return new Route(
        PathPattern.of(published.path()),
        published.writes() ? Route.Access.WRITE : Route.Access.READ,
        Route.AnsweredBy.THIS_NODE,
        _ -> ApiResponse.failed(500, published.path() + " is not available in this version"));
  }
}
