package dev.orchestrator.probe.detection;

import java.time.Duration;

/**
 * When a failure counts as one. Immutable.
 *
 * @param tick time between two judgements when nothing hurries, above 0
 * @param reactionTime ReactionTimeMilliseconds: a primary's failure must have lasted this long, and
 *     been confirmed by several fresh visits, before anything is done (rule A11)
 * @param minFailedVisits fresh failed visits needed within the reaction time, at least 2
 */
public record DetectionConfig(Duration tick, Duration reactionTime, int minFailedVisits) {
  public DetectionConfig {
    if (!tick.isPositive() || reactionTime.isNegative() || minFailedVisits < 2) {
      throw new IllegalArgumentException(
          "need tick above 0, reaction time of at least 0 and 2 failed visits or more, got "
              + tick
              + ", "
              + reactionTime
              + ", "
              + minFailedVisits);
    }
  }
}
