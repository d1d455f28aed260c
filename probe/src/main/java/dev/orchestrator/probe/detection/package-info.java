@NullMarked
package dev.orchestrator.probe.detection;

import org.jspecify.annotations.NullMarked;
