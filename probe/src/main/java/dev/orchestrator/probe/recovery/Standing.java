package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.PromotionRule;

/**
 * What people and configuration say of a replica as a candidate, beside what it holds. Immutable.
 *
 * @param rule the registered promotion rule
 * @param ignored PromotionIgnoreHostnameFilters match its name
 * @param binlogFormat binlog_format as the last visit saw it, {@code ""} when unknown
 */
record Standing(PromotionRule rule, boolean ignored, String binlogFormat) {
  static final Standing UNKNOWN = new Standing(PromotionRule.NEUTRAL, false, "");

  /**
   * STATEMENT before MIXED before ROW: who writes a later one cannot feed who writes an earlier.
   */
  int formatRank() {
    return switch (binlogFormat) {
      case "STATEMENT" -> 1;
      case "MIXED" -> 2;
      case "ROW" -> 3;
      default -> 0;
    };
  }
}
