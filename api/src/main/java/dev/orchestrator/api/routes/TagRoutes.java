package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.LegacyKeyJson;
import dev.orchestrator.api.legacy.TopologyText;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Tag;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tags of instances. Setting and removing them needs no write permission: published peculiarity.
 * Thread-safe.
 */
public final class TagRoutes {
  private final ApiServices services;
  private final FleetLookup lookup;
  private final InstanceViews views;
  private final Commits commits;

  public TagRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.lookup = new FleetLookup(config, services);
    this.views = new InstanceViews(config, services);
    this.commits = new Commits(services, config.commitTimeout());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.read("tagged", this::tagged),
        Route.read("tags/:host/:port", this::tags),
        Route.read("tag-value/:host/:port", this::value),
        Route.read("tag-value/:host/:port/:tagName", this::value),
        Route.read("tag/:host/:port", this::put),
        Route.read("tag/:host/:port/:tagName/:tagValue", this::put),
        Route.read("untag/:host/:port", this::remove),
        Route.read("untag/:host/:port/:tagName", this::remove),
        Route.read("untag-all", this::removeAll),
        Route.read("untag-all/:tagName/:tagValue", this::removeAll),
        Route.read("topology-tags/:clusterHint", this::tree),
        Route.read("topology-tags/:host/:port", this::tree));
  }

  private static TagWords words(ApiRequest request) {
    Optional<String> name = request.optionalParameter("tagName");
    return name.isPresent()
        ? new TagWords(name.get(), request.optionalParameter("tagValue"), false)
        : TagWords.parse(query(request));
  }

  private static String query(ApiRequest request) {
    return request.queryValue("tag").orElseThrow(() -> new ApiException("name a tag: ?tag=..."));
  }

  private ApiResponse tagged(ApiRequest request) {
    List<TagWords> wanted = TagWords.parseAll(query(request));
    return ApiResponse.bare(
        tagsByInstance().entrySet().stream()
            .filter(entry -> wanted.stream().allMatch(words -> words.fits(entry.getValue())))
            .map(entry -> LegacyKeyJson.of(entry.getKey()))
            .toList());
  }

  private SortedMap<InstanceKey, List<Tag>> tagsByInstance() {
    return services.database().tags().all().stream()
        .collect(Collectors.groupingBy(Tag::key, TreeMap::new, Collectors.toList()));
  }

  private ApiResponse tags(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    return ApiResponse.bare(
        services.database().tags().of(key).stream().map(Tag::toString).toList());
  }

  private ApiResponse value(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    TagWords words = words(request);
    return services
        .database()
        .tags()
        .find(key, words.name())
        .map(tag -> ApiResponse.bare(tag.value()))
        .orElseThrow(() -> new ApiException("tag " + words.name() + " not found on " + key));
  }

  private ApiResponse put(ApiRequest request) {
    Tag tag = words(request).on(lookup.key(request));
    return commits.commit(
        new Command.PutTag(tag),
        _ -> ApiResponse.ok(tag.key() + " tagged with " + tag, LegacyKeyJson.of(tag.key())));
  }

  private ApiResponse remove(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    return remove(Optional.of(key), words(request), tag -> tag.key().equals(key));
  }

  private ApiResponse removeAll(ApiRequest request) {
    TagWords words = words(request);
    if (words.value().isEmpty()) {
      throw new ApiException("untag-all needs a value: name=value");
    }
    return remove(Optional.empty(), words, _ -> true);
  }

  /** Who had the tag is read before it is removed. */
  private ApiResponse remove(Optional<InstanceKey> key, TagWords words, Predicate<Tag> wanted) {
    if (words.negated()) {
      throw new ApiException("a tag to be set or removed has no ~ in front");
    }
    List<Map<String, @Nullable Object>> untagged =
        services.database().tags().all().stream()
            .filter(wanted.and(words::isOf))
            .map(tag -> LegacyKeyJson.of(tag.key()))
            .toList();
    return commits.commit(
        new Command.DeleteTags(key, words.name(), words.value()),
        result ->
            ApiResponse.ok(words.name() + " removed from " + result.id() + " instances", untagged));
  }

  private ApiResponse tree(ApiRequest request) {
    String cluster = lookup.clusterName(request);
    Map<InstanceKey, List<Tag>> tags = tagsByInstance();
    return ApiResponse.ok(
        "Topology for cluster " + cluster,
        TopologyText.withTags(
            views.of(services.fleet().topology().cluster(cluster)),
            key ->
                tags.getOrDefault(key, List.of()).stream()
                    .map(tag -> tag.value().isEmpty() ? tag.name() : tag.toString())
                    .toList()));
  }
}
