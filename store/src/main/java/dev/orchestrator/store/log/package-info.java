@NullMarked
package dev.orchestrator.store.log;

import org.jspecify.annotations.NullMarked;
