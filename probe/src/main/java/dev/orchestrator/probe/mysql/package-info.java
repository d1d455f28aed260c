@NullMarked
package dev.orchestrator.probe.mysql;

import org.jspecify.annotations.NullMarked;
