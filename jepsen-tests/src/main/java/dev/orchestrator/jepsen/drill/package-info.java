/** The demo and the drill: bring everything up, break it on purpose, measure, and judge the end. */
@NullMarked
package dev.orchestrator.jepsen.drill;

import org.jspecify.annotations.NullMarked;
