@NullMarked
package dev.orchestrator.probe.recovery;

import org.jspecify.annotations.NullMarked;
