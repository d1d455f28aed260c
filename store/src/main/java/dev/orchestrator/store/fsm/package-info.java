@NullMarked
package dev.orchestrator.store.fsm;

import org.jspecify.annotations.NullMarked;
