package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.PromotionRule;
import java.util.OptionalLong;

/**
 * What people and configuration say of a replica as a candidate, beside what it holds. Immutable.
 *
 * @param rule the registered promotion rule
 * @param ignored PromotionIgnoreHostnameFilters match its name
 * @param binlogFormat binlog_format as the last visit saw it, {@code ""} when unknown
 * @param lagSeconds how far behind the last visit saw it, empty when unknown
 */
record Standing(PromotionRule rule, boolean ignored, String binlogFormat, OptionalLong lagSeconds) {
  static final Standing UNKNOWN = new Standing(PromotionRule.NEUTRAL, false, "");

  /** With unknown lag. */
  Standing(PromotionRule rule, boolean ignored, String binlogFormat) {
    this(rule, ignored, binlogFormat, OptionalLong.empty());
  }

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
