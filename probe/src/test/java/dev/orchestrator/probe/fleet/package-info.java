/** Fleets made of records, for tests of judgement. */
@NullMarked
package dev.orchestrator.probe.fleet;

import org.jspecify.annotations.NullMarked;
