/** The Raft and other libraries under the same load, in pairs. */
@NullMarked
package dev.orchestrator.bench;

import org.jspecify.annotations.NullMarked;
