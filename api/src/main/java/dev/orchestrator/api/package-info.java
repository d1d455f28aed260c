@NullMarked
package dev.orchestrator.api;

import org.jspecify.annotations.NullMarked;
