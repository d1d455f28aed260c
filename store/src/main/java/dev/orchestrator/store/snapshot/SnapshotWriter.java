package dev.orchestrator.store.snapshot;

import dev.orchestrator.store.sql.PinnedState;
import dev.orchestrator.store.sql.ReplicatedTable;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes the image of a pinned state, a row at a time. Stateless. */
public final class SnapshotWriter {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int FORMAT_DIGITS = 8;

  private SnapshotWriter() {}

  /**
   * Writes the image.
   *
   * @return the hash of the state in it
   * @throws IOException the stream failed
   * @throws dev.orchestrator.store.sql.StoreException the backend failed
   */
  public static StateHash write(PinnedState state, OutputStream target) throws IOException {
    SnapshotManifest manifest = manifestOf(state);
    byte[] head = SnapshotFormat.bytes(manifest);
    MessageDigest all = SnapshotFormat.sha256();
    all.update(head);
    TreeMap<String, String> hashes = new TreeMap<>();
    MessageDigest ofTable = SnapshotFormat.sha256();
    DigestOutputStream digested = new DigestOutputStream(target, ofTable);
    // The buffer lies before the digest, so that the digest sees large pieces.
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(digested, BUFFER_BYTES));
    out.write(SnapshotFormat.MAGIC);
    out.writeInt(SnapshotFormat.VERSION);
    out.write(head);
    for (ReplicatedTable table : state.tables()) {
      out.flush();
      ofTable.reset();
      rows(state, table, out);
      out.flush();
      byte[] hash = ofTable.digest();
      out.write(hash);
      all.update(hash);
      hashes.put(table.name(), HexFormat.of().formatHex(hash));
    }
    byte[] total = all.digest();
    out.write(total);
    out.flush();
    return new StateHash(state.id(), formatOf(manifest), HexFormat.of().formatHex(total), hashes);
  }

  /** The hash alone; as much work as an image, without its bytes. */
  public static StateHash hash(PinnedState state) throws IOException {
    return write(state, OutputStream.nullOutputStream());
  }

  private static SnapshotManifest manifestOf(PinnedState state) {
    List<SnapshotManifest.Table> tables =
        state.tables().stream()
            .map(table -> new SnapshotManifest.Table(table.name(), state.columns(table)))
            .toList();
    return new SnapshotManifest(
        state.id(), state.lastStampEpochMillis(), state.clusterId(), tables);
  }

  private static String formatOf(SnapshotManifest manifest) {
    byte[] hash =
        SnapshotFormat.sha256()
            .digest(manifest.tables().toString().getBytes(StandardCharsets.UTF_8));
    return SnapshotFormat.VERSION
        + "-"
        + HexFormat.of().formatHex(hash).substring(0, FORMAT_DIGITS);
  }

  private static void rows(PinnedState state, ReplicatedTable table, DataOutputStream out)
      throws IOException {
    long[] count = {0};
    state.rows(
        table,
        cells -> {
          out.writeByte(SnapshotFormat.ROW);
          for (Object cell : cells) {
            cell(out, cell);
          }
          count[0]++;
        });
    out.writeByte(SnapshotFormat.END_OF_ROWS);
    out.writeLong(count[0]);
  }

  private static void cell(DataOutputStream out, @Nullable Object cell) throws IOException {
    switch (cell) {
      case null -> out.writeByte(SnapshotFormat.NULL);
      case Long number -> {
        out.writeByte(SnapshotFormat.NUMBER);
        out.writeLong(number);
      }
      case String text -> {
        out.writeByte(SnapshotFormat.TEXT);
        SnapshotFormat.text(out, text);
      }
      default ->
          throw new IOException("cells of " + cell.getClass().getName() + " are not foreseen");
    }
  }
}
