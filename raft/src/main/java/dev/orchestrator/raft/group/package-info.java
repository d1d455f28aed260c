@NullMarked
package dev.orchestrator.raft.group;

import org.jspecify.annotations.NullMarked;
