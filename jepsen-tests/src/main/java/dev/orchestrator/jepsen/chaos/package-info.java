/** The leader of a recovery dies, freezes or is cut off at each boundary of each step. */
@NullMarked
package dev.orchestrator.jepsen.chaos;

import org.jspecify.annotations.NullMarked;
