@NullMarked
package dev.orchestrator.probe;

import org.jspecify.annotations.NullMarked;
