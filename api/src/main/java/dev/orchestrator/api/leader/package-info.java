/** Who answers a request: this node or the leader. */
@NullMarked
package dev.orchestrator.api.leader;

import org.jspecify.annotations.NullMarked;
