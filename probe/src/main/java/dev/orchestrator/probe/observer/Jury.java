package dev.orchestrator.probe.observer;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import java.time.Duration;

/** Who says whether a failure of a source is agreed upon. */
@FunctionalInterface
public interface Jury {
  /**
   * Whether a failure only says that the source cannot be reached, while replicas are connected to
   * it: then replicas are no sign of life beyond what it says itself.
   */
  static boolean aboutReachOnly(Analysis analysis) {
    return analysis.code() == AnalysisCode.UNREACHABLE_PRIMARY
        || analysis.code() == AnalysisCode.UNREACHABLE_PRIMARY_WITH_LAGGING_REPLICAS;
  }

  /** A node that decides alone. */
  Jury ALONE = (_, _) -> Verdict.ALONE;

  /**
   * Judges.
   *
   * @param analysis failure of a source as this member sees it
   * @param lasting how long it has seen it
   */
  Verdict judge(Analysis analysis, Duration lasting);
}
