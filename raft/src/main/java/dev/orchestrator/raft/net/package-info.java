@NullMarked
package dev.orchestrator.raft.net;

import org.jspecify.annotations.NullMarked;
