package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.Candidate;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PromotionRule;
import dev.orchestrator.store.sql.Database;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Looks up the standing of replicas: registered rules, filters, formats. Thread-safe. */
final class Standings implements Function<Instance, Standing> {
  private final Map<InstanceKey, PromotionRule> rules;
  private final PromotionPolicy policy;

  private Standings(Map<InstanceKey, PromotionRule> rules, PromotionPolicy policy) {
    this.rules = rules;
    this.policy = policy;
  }

  /** As registered now. */
  static Standings now(Database database, PromotionPolicy policy) {
    return new Standings(
        database.candidates().all().stream()
            .collect(Collectors.toUnmodifiableMap(Candidate::key, Candidate::rule)),
        policy);
  }

  @Override
  public Standing apply(Instance instance) {
    String host = instance.key().host();
    return new Standing(
        rules.getOrDefault(instance.key(), PromotionRule.NEUTRAL),
        policy.ignoredHosts().stream()
            .anyMatch(filter -> Pattern.compile(filter).matcher(host).find()),
        instance.server().binlogFormat().toUpperCase(Locale.ROOT),
        instance.replication().lagSeconds());
  }
}
