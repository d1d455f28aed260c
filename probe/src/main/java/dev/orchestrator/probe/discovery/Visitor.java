package dev.orchestrator.probe.discovery;

import dev.orchestrator.probe.mysql.Observation;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;

/** Visits one server within a bound. Blocks its caller. */
@FunctionalInterface
interface Visitor {
  Observation visit(InstanceKey key, Duration timeout);
}
