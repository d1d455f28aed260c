package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.RecoveryStep;
import java.util.List;

/** Table {@code recovery_step}: the ledger. Replicated. Thread-safe. */
public final class RecoveryStepTable {
  RecoveryStepTable() {}

  /** Steps of a recovery in plan order. */
  public List<RecoveryStep> of(String recoveryUid) {
    throw new UnsupportedOperationException("find " + recoveryUid);
  }
}
