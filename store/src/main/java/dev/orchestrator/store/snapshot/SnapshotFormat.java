package dev.orchestrator.store.snapshot;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The bytes of an image, the same for the same state on every backend. All numbers are big-endian.
 *
 * <pre>
 * "ORCSTATE", u32 format version
 * manifest: i64 term, i64 index, i64 stamp, text cluster id,
 *           u32 tables, each: text name, u32 columns, each: text
 * per table: rows, each 0x01 and its cells; then 0x00, i64 rows, SHA-256 of the rows and that number
 * end: SHA-256 of the manifest and the tables' hashes
 * cell: 0x00 for NULL | 0x01 and i64 | 0x02 and text;  text: u32 bytes, then UTF-8
 * </pre>
 */
final class SnapshotFormat {
  static final byte[] MAGIC = "ORCSTATE".getBytes(StandardCharsets.US_ASCII);
  static final int VERSION = 1;
  static final int HASH_BYTES = 32;

  static final int ROW = 1;
  static final int END_OF_ROWS = 0;

  static final int NULL = 0;
  static final int NUMBER = 1;
  static final int TEXT = 2;

  /** More than any command can carry. */
  static final int MAX_TEXT_BYTES = 64 << 20;

  static final int MAX_TABLES = 1_000;
  static final int MAX_COLUMNS = 1_000;

  private SnapshotFormat() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The manifest as it stands in an image; also what the last hash begins with. */
  static byte[] bytes(SnapshotManifest manifest) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(manifest.id().term());
      out.writeLong(manifest.id().index());
      out.writeLong(manifest.lastStampEpochMillis());
      text(out, manifest.clusterId().orElse(""));
      out.writeInt(manifest.tables().size());
      for (SnapshotManifest.Table table : manifest.tables()) {
        text(out, table.name());
        out.writeInt(table.columns().size());
        for (String column : table.columns()) {
          text(out, column);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
