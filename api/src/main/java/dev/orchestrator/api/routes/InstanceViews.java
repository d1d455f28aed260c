package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.legacy.InstanceView;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    Instant now = services.clock().instant();
    return instances.stream()
        .map(
            instance ->
                new InstanceView(
                    instance,
                    Optional.ofNullable(downtimes.get(instance.key())),
                    config.fleet(),
                    now))
        .toList();
  }

  /** One view at this moment. */
  InstanceView of(Instance instance) {
    return of(List.of(instance)).getFirst();
  }
}
