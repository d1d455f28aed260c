/** The Raft alone, in real processes on real disks, killed with SIGKILL under load. */
@NullMarked
package dev.orchestrator.jepsen.kill;

import org.jspecify.annotations.NullMarked;
