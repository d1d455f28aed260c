package dev.orchestrator.store.model;

/** An instance in a pool. Replicated. Immutable. */
public record PoolMember(String pool, InstanceKey key) {}
