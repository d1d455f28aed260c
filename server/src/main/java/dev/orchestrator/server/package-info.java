@NullMarked
package dev.orchestrator.server;

import org.jspecify.annotations.NullMarked;
