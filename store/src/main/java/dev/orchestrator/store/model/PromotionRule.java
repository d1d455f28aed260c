package dev.orchestrator.store.model;

import java.util.Arrays;
import java.util.Optional;

/** How fit people hold an instance for promotion, the fittest first. */
public enum PromotionRule {
  PREFER("prefer"),
  NEUTRAL("neutral"),
  PREFER_NOT("prefer_not"),
  MUST_NOT("must_not");

  private final String published;

  PromotionRule(String published) {
    this.published = published;
  }

  /** The word under which people know the rule. */
  public String published() {
    return published;
  }

  /** The rule with this word, if there is one. */
  public static Optional<PromotionRule> of(String word) {
    return Arrays.stream(values()).filter(rule -> rule.published.equals(word)).findFirst();
  }
}
