@NullMarked
package dev.orchestrator.probe.topology;

import org.jspecify.annotations.NullMarked;
