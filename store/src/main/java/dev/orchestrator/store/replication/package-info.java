@NullMarked
package dev.orchestrator.store.replication;

import org.jspecify.annotations.NullMarked;
