package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Tag;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Table {@code instance_tag}. Replicated. Thread-safe. */
public final class TagTable {
  private static final String SELECT = "SELECT host, port, tag, value FROM instance_tag ";

  private final Reads reads;

  TagTable(Reads reads) {
    this.reads = reads;
  }

  /** All tags, ordered by instance and name. */
  public List<Tag> all() {
    return reads.query(SELECT + "ORDER BY host, port, tag", TagTable::tag);
  }

  /** Tags of an instance, ordered by name. */
  public List<Tag> of(InstanceKey key) {
    return reads.query(
        SELECT + "WHERE host = ? AND port = ? ORDER BY tag", TagTable::tag, key.host(), key.port());
  }

  public Optional<Tag> find(InstanceKey key, String name) {
    return of(key).stream().filter(tag -> tag.name().equals(name)).findFirst();
  }

  public void put(Transaction tx, Tag tag) {
    tx.put(
        "REPLACE INTO instance_tag (host, port, tag, value) VALUES (?, ?, ?, ?)",
        tag.key().host(),
        tag.key().port(),
        tag.name(),
        tag.value());
  }

  /** Removes a tag, of one instance or all, with one value or any; says how many. */
  public int delete(
      Transaction tx, Optional<InstanceKey> key, String name, Optional<String> value) {
    List<Tag> found =
        tx.query(SELECT + "WHERE tag = ? ORDER BY host, port", TagTable::tag, name).stream()
            .filter(tag -> key.isEmpty() || key.get().equals(tag.key()))
            .filter(tag -> value.isEmpty() || value.get().equals(tag.value()))
            .toList();
    for (Tag tag : found) {
      tx.update(
          "DELETE FROM instance_tag WHERE host = ? AND port = ? AND tag = ?",
          tag.key().host(),
          tag.key().port(),
          name);
    }
    return found.size();
  }

  private static Tag tag(Row row) throws SQLException {
    return new Tag(row.key(""), row.text("tag"), row.text("value"));
  }
}
