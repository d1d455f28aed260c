package dev.orchestrator.store.model;

import java.time.Instant;

/**
 * A promotion rule that people registered. Replicated. Immutable.
 *
 * @param key the instance
 * @param rule how fit it is
 * @param suggestedAt when the rule was registered last; it expires some time later
 */
public record Candidate(InstanceKey key, PromotionRule rule, Instant suggestedAt) {}
