package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.StateReport;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeMap;

/** Table {@code state_report}: what members reported of the newest check. Thread-safe. */
public final class StateReportTable {
  private final Reads reads;

  StateReportTable(Reads reads) {
    this.reads = reads;
  }

  /** Reports of the newest check, ordered by member; one per member that answered. */
  public List<StateReport> all() {
    return reads.query(
        """
        SELECT check_index, member_name, format, hash, table_hashes FROM state_report
        ORDER BY check_index, member_name
        """,
        StateReportTable::report);
  }

  public void put(Transaction tx, StateReport report) {
    tx.put(
        """
        REPLACE INTO state_report (check_index, member_name, format, hash, table_hashes)
        VALUES (?, ?, ?, ?, ?)
        """,
        report.checkIndex(),
        report.member(),
        report.format(),
        report.hash(),
        TextList.joinMap(report.tables()));
  }

  public void deleteAll(Transaction tx) {
    tx.update("DELETE FROM state_report");
  }

  private static StateReport report(Row row) throws SQLException {
    return new StateReport(
        row.text("member_name"),
        row.number("check_index"),
        row.text("format"),
        row.text("hash"),
        new TreeMap<>(TextList.splitMap(row.text("table_hashes"))));
  }
}
