package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.ClusterRecord;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Table {@code cluster}: the primary records (rule A1). Replicated. Thread-safe. */
public final class ClusterTable {
  private static final String SELECT =
      "SELECT cluster_id, primary_uuid, primary_host, primary_port, epoch, alias FROM cluster ";

  private final Reads reads;

  ClusterTable(Reads reads) {
    this.reads = reads;
  }

  /** All records, ordered by cluster id. */
  public List<ClusterRecord> all() {
    return reads.query(SELECT + "ORDER BY cluster_id", ClusterTable::cluster);
  }

  public Optional<ClusterRecord> byPrimaryUuid(String uuid) {
    return byPrimaryUuid(reads, uuid);
  }

  public Optional<ClusterRecord> byPrimaryUuid(Transaction tx, String uuid) {
    return byPrimaryUuid((Reads) tx, uuid);
  }

  private static Optional<ClusterRecord> byPrimaryUuid(Reads from, String uuid) {
    return from.first(SELECT + "WHERE primary_uuid = ?", ClusterTable::cluster, uuid);
  }

  public Optional<ClusterRecord> byId(String clusterId) {
    return byId(reads, clusterId);
  }

  public Optional<ClusterRecord> byId(Transaction tx, String clusterId) {
    return byId((Reads) tx, clusterId);
  }

  private static Optional<ClusterRecord> byId(Reads from, String clusterId) {
    return from.first(SELECT + "WHERE cluster_id = ?", ClusterTable::cluster, clusterId);
  }

  /** Inserts the record or replaces the one of the same cluster id. */
  public void put(Transaction tx, ClusterRecord cluster) {
    tx.update(
        """
        REPLACE INTO cluster (cluster_id, primary_uuid, primary_host, primary_port, epoch, alias)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        cluster.clusterId(),
        cluster.primaryUuid(),
        cluster.primaryKey().host(),
        cluster.primaryKey().port(),
        cluster.epoch(),
        cluster.alias());
  }

  private static ClusterRecord cluster(Row row) throws SQLException {
    return new ClusterRecord(
        row.text("cluster_id"),
        row.text("primary_uuid"),
        row.key("primary_"),
        row.number("epoch"),
        row.text("alias"));
  }
}
