package dev.orchestrator.store.snapshot;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.ReplicatedTable;
import dev.orchestrator.store.sql.StateReplacement;
import dev.orchestrator.store.sql.Tables;
import dev.orchestrator.store.sql.Transaction;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads an image into a database: all of it, or nothing. Memory use does not grow with the image.
 * Confined to the thread that restores.
 */
public final class SnapshotReader {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final Map<String, ReplicatedTable> TABLES =
      Tables.IMAGE.stream().collect(Collectors.toMap(ReplicatedTable::name, Function.identity()));

  private final MessageDigest ofTable = SnapshotFormat.sha256();
  private final MessageDigest all = SnapshotFormat.sha256();
  private final DigestInputStream digested;
  private final DataInputStream in;

  private SnapshotReader(InputStream image) {
    // Here the digest lies behind the buffer: it must see the bytes of one table, not more.
    digested = new DigestInputStream(new BufferedInputStream(image, BUFFER_BYTES), ofTable);
    in = new DataInputStream(digested);
  }

  /**
   * Replaces the replicated rows of the database by those of the image.
   *
   * @param id where the image must belong
   * @param check looks at the new rows and throws if they must not stay
   * @throws SnapshotException the image is damaged, of a newer format, of another place in the log
   *     or of another Raft group; the database is as before
   * @throws dev.orchestrator.store.sql.StoreException the backend failed; the database is as before
   */
  public static void restore(
      LogId id, InputStream image, Database database, Consumer<Transaction> check) {
    SnapshotReader reader = new SnapshotReader(image);
    database.replaceState(
        replacement -> {
          reader.read(id, replacement);
          replacement.check(check);
        });
  }

  private void read(LogId id, StateReplacement replacement) {
    try {
      SnapshotManifest manifest = readManifest();
      if (!manifest.id().equals(id)) {
        throw new SnapshotException("image of entry " + manifest.id() + " was offered as " + id);
      }
      for (SnapshotManifest.Table table : manifest.tables()) {
        readTable(replacement, table);
      }
      requireHash(all.digest(), "the image");
      replacement.finish(id, manifest.lastStampEpochMillis(), manifest.clusterId());
    } catch (EOFException e) {
      throw new SnapshotException("image of entry " + id + " ends too early", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the image of entry " + id, e);
    }
  }

  private SnapshotManifest readManifest() throws IOException {
    if (!Arrays.equals(in.readNBytes(SnapshotFormat.MAGIC.length), SnapshotFormat.MAGIC)) {
      throw new SnapshotException("these bytes are no image of the state");
    }
    int version = in.readInt();
    if (version != SnapshotFormat.VERSION) {
      throw new SnapshotException(
          "image has format "
              + Integer.toUnsignedString(version)
              + ", this program reads "
              + SnapshotFormat.VERSION
              + "; install the version that the leader runs");
    }
    long term = in.readLong();
    long index = in.readLong();
    if (term < 0 || index < 0) {
      throw new SnapshotException("image is damaged: entry " + term + "/" + index);
    }
    long stamp = in.readLong();
    String clusterId = text();
    int count = bounded(in.readInt(), SnapshotFormat.MAX_TABLES, "tables");
    List<SnapshotManifest.Table> tables = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < count; i++) {
      SnapshotManifest.Table table = readColumns();
      if (!seen.add(table.name())) {
        throw new SnapshotException("image is damaged: it has table " + table.name() + " twice");
      }
      tables.add(table);
    }
    SnapshotManifest manifest =
        new SnapshotManifest(
            new LogId(term, index),
            stamp,
            clusterId.isEmpty() ? Optional.empty() : Optional.of(clusterId),
            tables);
    all.update(SnapshotFormat.bytes(manifest));
    return manifest;
  }

  private SnapshotManifest.Table readColumns() throws IOException {
    String name = text();
    int count = bounded(in.readInt(), SnapshotFormat.MAX_COLUMNS, "columns");
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      columns.add(columnName(text()));
    }
    return new SnapshotManifest.Table(name, columns);
  }

  /** It becomes part of a statement. */
  private static String columnName(String name) {
    if (!name.matches("[a-z][a-z0-9_]{0,63}")) {
      throw new SnapshotException("image is damaged: it has a column '" + name + "'");
    }
    return name;
  }

  private void readTable(StateReplacement replacement, SnapshotManifest.Table table)
      throws IOException {
    ReplicatedTable known = TABLES.get(table.name());
    if (known == null) {
      throw new SnapshotException(
          "image has a table "
              + table.name()
              + " that this program does not know; install the version that the leader runs");
    }
    ofTable.reset();
    @Nullable Object[] cells = new Object[table.columns().size()];
    long[] count = {0};
    replacement.fill(
        known,
        table.columns(),
        () -> {
          if (in.readUnsignedByte() != SnapshotFormat.ROW) {
            return null;
          }
          for (int i = 0; i < cells.length; i++) {
            cells[i] = cell();
          }
          count[0]++;
          return cells;
        });
    long written = in.readLong();
    byte[] hash = ofTable.digest();
    if (written != count[0]) {
      throw new SnapshotException(
          "image is damaged: " + count[0] + " of " + written + " rows of table " + table.name());
    }
    requireHash(hash, "table " + table.name());
    all.update(hash);
  }

  private void requireHash(byte[] hash, String what) throws IOException {
    byte[] written = new byte[SnapshotFormat.HASH_BYTES];
    in.readFully(written);
    if (!Arrays.equals(hash, written)) {
      throw new SnapshotException("image is damaged: the hash of " + what + " is wrong");
    }
  }

  private @Nullable Object cell() throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case SnapshotFormat.NULL -> null;
      case SnapshotFormat.NUMBER -> (Object) in.readLong();
      case SnapshotFormat.TEXT -> text();
      default -> throw new SnapshotException("image is damaged: cell of kind " + kind);
    };
  }

  private String text() throws IOException {
    int length = bounded(in.readInt(), SnapshotFormat.MAX_TEXT_BYTES, "bytes of text");
    byte[] bytes = in.readNBytes(length); // takes memory for what is there, not for what is said
    if (bytes.length < length) {
      throw new EOFException();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int bounded(int number, int max, String what) {
    if (number < 0 || number > max) {
      throw new SnapshotException(
          "image is damaged: it speaks of " + Integer.toUnsignedString(number) + " " + what);
    }
    return number;
  }
}
