package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.legacy.InstanceView;
import dev.orchestrator.store.model.Candidate;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PromotionRule;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Joins instances with what publishing them needs. Thread-safe. */
final class InstanceViews {
  private final ApiConfig config;
  private final ApiServices services;

  InstanceViews(ApiConfig config, ApiServices services) {
    this.config = config;
    this.services = services;
  }

  /** Views at this moment, in the order given. */
  List<InstanceView> of(Collection<Instance> instances) {
    Map<InstanceKey, Downtime> downtimes = services.fleet().downtimes();
    Map<InstanceKey, PromotionRule> rules =
        services.database().candidates().all().stream()
            .collect(Collectors.toMap(Candidate::key, Candidate::rule));
    Map<String, String> virtualNames = services.database().unresolves().all();
    Instant now = services.clock().instant();
    Set<String> pseudoGtids = services.database().pseudoGtids().at(now);
    return instances.stream()
        .map(
            instance ->
                new InstanceView(
                    instance,
                    Optional.ofNullable(downtimes.get(instance.key())),
                    Optional.ofNullable(rules.get(instance.key())),
                    virtualNames.getOrDefault(instance.key().host(), ""),
                    pseudoGtids.contains(instance.placement().clusterName()),
                    config.fleet(),
                    now))
        .toList();
  }

  /** One view at this moment. */
  InstanceView of(Instance instance) {
    return of(List.of(instance)).getFirst();
  }
}
