@NullMarked
package dev.orchestrator.probe.discovery;

import org.jspecify.annotations.NullMarked;
