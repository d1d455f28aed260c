package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Tag;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A tag as people write it: {@code name} or {@code name=value}; with {@code ~} or {@code !} in
 * front, an instance that does not have it. Immutable.
 */
record TagWords(String name, Optional<String> value, boolean negated) {
  static TagWords parse(String text) {
    String words = text.strip();
    boolean negated = words.startsWith("~") || words.startsWith("!");
    String rest = negated ? words.substring(1) : words;
    int equals = rest.indexOf('=');
    String name = (equals < 0 ? rest : rest.substring(0, equals)).strip();
    if (name.isEmpty()) {
      throw new ApiException("no tag in '" + text + "'; write name or name=value");
    }
    return new TagWords(
        name,
        equals < 0 ? Optional.empty() : Optional.of(rest.substring(equals + 1).strip()),
        negated);
  }

  /** Several tags with commas between them. */
  static List<TagWords> parseAll(String text) {
    return Arrays.stream(text.split(",", -1)).map(TagWords::parse).toList();
  }

  Tag on(InstanceKey key) {
    if (negated) {
      throw new ApiException("a tag to be set or removed has no ~ in front");
    }
    return new Tag(key, name, value.orElse(""));
  }

  /** Whether an instance with these tags is meant. */
  boolean fits(Collection<Tag> tags) {
    return negated != tags.stream().anyMatch(this::isOf);
  }

  /** Whether this is the tag, whatever stands in front. */
  boolean isOf(Tag tag) {
    return tag.name().equals(name) && (value.isEmpty() || value.get().equals(tag.value()));
  }
}
