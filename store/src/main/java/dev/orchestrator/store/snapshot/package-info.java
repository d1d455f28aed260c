/** The replicated state of one index as bytes, and its hash. */
@NullMarked
package dev.orchestrator.store.snapshot;

import org.jspecify.annotations.NullMarked;
