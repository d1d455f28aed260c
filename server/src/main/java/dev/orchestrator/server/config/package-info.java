@NullMarked
package dev.orchestrator.server.config;

import org.jspecify.annotations.NullMarked;
