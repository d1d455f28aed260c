package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.FailureDetection;
import dev.orchestrator.store.model.InstanceKey;
import java.util.List;
import java.util.Optional;

/** Table {@code failure_detection}. Replicated. Thread-safe. */
public final class DetectionTable {
  DetectionTable() {}

  /** Newest first. */
  public List<FailureDetection> newest(int offset, int limit) {
    throw new UnsupportedOperationException("page " + offset + limit);
  }

  public Optional<FailureDetection> byId(long id) {
    throw new UnsupportedOperationException("find " + id);
  }

  /** Newest first, detections whose cluster had this alias. */
  public List<FailureDetection> byAlias(String alias, int offset, int limit) {
    throw new UnsupportedOperationException("find " + alias + offset + limit);
  }

  /** Active detections of an instance. */
  public List<FailureDetection> active(InstanceKey key) {
    throw new UnsupportedOperationException("find " + key);
  }

  /** Whether any row would be cleared by an expiry at this time. */
  public boolean anyDue(java.time.Instant now, long blockSeconds) {
    throw new UnsupportedOperationException("due " + now + blockSeconds);
  }
}
