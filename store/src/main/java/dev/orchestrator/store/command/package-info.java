@NullMarked
package dev.orchestrator.store.command;

import org.jspecify.annotations.NullMarked;
