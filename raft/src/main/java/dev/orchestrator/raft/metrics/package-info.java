/** Counters and histograms that cost next to nothing to write; no metrics format is known here. */
@NullMarked
package dev.orchestrator.raft.metrics;

import org.jspecify.annotations.NullMarked;
