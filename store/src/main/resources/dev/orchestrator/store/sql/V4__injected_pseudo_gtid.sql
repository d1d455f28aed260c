-- Replicated: clusters into which Pseudo-GTID was injected lately.

CREATE TABLE IF NOT EXISTS injected_pseudo_gtid (
  cluster_name ${key} NOT NULL PRIMARY KEY,
  injected_at_epoch_ms ${number} NOT NULL
)${options};
