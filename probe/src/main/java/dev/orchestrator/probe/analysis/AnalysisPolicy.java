package dev.orchestrator.probe.analysis;

import java.time.Duration;

/**
 * Limits of judgement. Immutable.
 *
 * @param pollInterval InstancePollSeconds
 * @param reasonableCheck ReasonableInstanceCheckSeconds: how long past the poll interval a visit
 *     may run before its instance counts as not seen
 * @param reasonableLag ReasonableReplicationLagSeconds
 */
public record AnalysisPolicy(
    Duration pollInterval, Duration reasonableCheck, Duration reasonableLag) {}
