@NullMarked
package dev.orchestrator.store.model;

import org.jspecify.annotations.NullMarked;
