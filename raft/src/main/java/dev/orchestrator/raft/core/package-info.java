@NullMarked
package dev.orchestrator.raft.core;

import org.jspecify.annotations.NullMarked;
