@NullMarked
package dev.orchestrator.raft.port;

import org.jspecify.annotations.NullMarked;
