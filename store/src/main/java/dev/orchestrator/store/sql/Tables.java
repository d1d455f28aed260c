package dev.orchestrator.store.sql;

import java.util.List;
import java.util.stream.Stream;

/** Which tables are agreed on and which are this node's own (rule T3). */
public final class Tables {
  /**
   * Characters that a text may have in a key (a host, an id, a uuid): as many as an index of MySQL
   * 5.6 takes at four bytes each. Commands with longer ones are refused on every backend alike.
   */
  public static final int MAX_KEY_LENGTH = 191;

  /** The table with the applied entry, the newest stamp and the group; an image's first lines. */
  static final String APPLIED = "raft_applied";

  /** What an image of the replicated state holds besides {@code raft_applied}, in this order. */
  public static final List<ReplicatedTable> IMAGE =
      List.of(
          ReplicatedTable.of("discovery_seed", "host text, port"),
          ReplicatedTable.of("downtime", "host text, port"),
          ReplicatedTable.of("cluster", "cluster_id text"),
          ReplicatedTable.of("failure_detection", "id"),
          ReplicatedTable.of("recovery", "id"),
          ReplicatedTable.of("recovery_step", "recovery_uid text, number"),
          ReplicatedTable.of("recovery_lock", "kind text, name text"),
          ReplicatedTable.of("setting", "name text", "name NOT LIKE 'local.%'"),
          ReplicatedTable.of("instance_tag", "host text, port, tag text"),
          ReplicatedTable.of("candidate", "host text, port"),
          ReplicatedTable.of("hostname_unresolve", "host text"),
          ReplicatedTable.of("pool_member", "pool text, host text, port"),
          ReplicatedTable.of("maintenance", "id"),
          ReplicatedTable.of("cluster_alias_override", "cluster_name text"),
          ReplicatedTable.of("key_value", "name text"),
          ReplicatedTable.of("state_report", "check_index, member_name text"),
          ReplicatedTable.of("injected_pseudo_gtid", "cluster_name text").since(3));

  /**
   * Equal on every node at the same applied index, but for the column {@code cluster_id} of {@code
   * raft_applied} and the settings whose name starts with {@code local.}.
   */
  public static final List<String> REPLICATED =
      Stream.concat(Stream.of(APPLIED), IMAGE.stream().map(ReplicatedTable::name)).toList();

  /** Facts of this node; they stay when a snapshot is installed. */
  public static final List<String> LOCAL =
      List.of(Migrations.HISTORY, "schema_version", "instance");

  private Tables() {}

  static ReplicatedTable.Key key(String column) {
    return new ReplicatedTable.Key(column.replace(" text", ""), column.endsWith(" text"));
  }
}
