package dev.orchestrator.store.model;

import java.time.Instant;

/**
 * A person's lock on an instance. Replicated. Immutable.
 *
 * @param id number in log order
 * @param key the instance
 * @param owner who works there
 * @param reason why
 * @param beginsAt start
 * @param endsAt end, after which an expiry command removes it
 */
public record Maintenance(
    long id, InstanceKey key, String owner, String reason, Instant beginsAt, Instant endsAt) {}
