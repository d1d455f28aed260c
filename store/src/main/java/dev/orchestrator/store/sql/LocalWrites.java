package dev.orchestrator.store.sql;

import java.util.function.Function;

/** Where local facts are written: one transaction per call, behind apply. */
@FunctionalInterface
interface LocalWrites {
  <T> T run(Function<Transaction, T> body);
}
