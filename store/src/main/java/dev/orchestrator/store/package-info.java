@NullMarked
package dev.orchestrator.store;

import org.jspecify.annotations.NullMarked;
