package dev.orchestrator.store.model;

/**
 * A word that people put on an instance. Replicated. Immutable.
 *
 * @param key the instance
 * @param name name of the tag; an instance has one value per name
 * @param value {@code ""} for a tag without value
 */
public record Tag(InstanceKey key, String name, String value) {
  /** As people write it. */
  @Override
  public String toString() {
    return name + "=" + value;
  }
}
