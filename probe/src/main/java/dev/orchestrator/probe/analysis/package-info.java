@NullMarked
package dev.orchestrator.probe.analysis;

import org.jspecify.annotations.NullMarked;
