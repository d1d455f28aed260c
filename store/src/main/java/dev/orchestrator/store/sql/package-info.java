@NullMarked
package dev.orchestrator.store.sql;

import org.jspecify.annotations.NullMarked;
