package dev.orchestrator.store.sql;

import java.util.List;

/** Which tables are agreed on and which are this node's own (rule T3). */
public final class Tables {
  /**
   * Characters that a text may have in a key (a host, an id, a uuid): as many as an index of MySQL
   * 5.6 takes at four bytes each. Commands with longer ones are refused on every backend alike.
   */
  public static final int MAX_KEY_LENGTH = 191;

  /**
   * Equal on every node at the same applied index, but for the column {@code cluster_id} of {@code
   * raft_applied} and the settings whose name starts with {@code local.}.
   */
  public static final List<String> REPLICATED =
      List.of(
          "raft_applied",
          "discovery_seed",
          "downtime",
          "cluster",
          "failure_detection",
          "recovery",
          "recovery_step",
          "recovery_lock",
          "setting");

  /** Facts of this node; they stay when a snapshot is installed. */
  public static final List<String> LOCAL = List.of("schema_version", "instance");

  private Tables() {}
}
