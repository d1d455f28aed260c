@NullMarked
package dev.orchestrator.probe.observer;

import org.jspecify.annotations.NullMarked;
