package dev.orchestrator.store.log;

import dev.orchestrator.raft.core.Chunk;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.SnapshotInfo;
import dev.orchestrator.raft.net.SnapshotCodec;
import dev.orchestrator.raft.port.SnapshotStorage;
import dev.orchestrator.raft.port.StateImage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Snapshots as files of the Raft folder: {@code spool} and {@code received} hold images, the file
 * of the same name with {@code .head} says which: {@code crc32c (4) | description as Protobuf},
 * among it the place in the log, membership with cluster id, format version, length and SHA-256 of
 * the image. The head of a spool is written last, that of what is received first, so that a broken
 * transfer goes on after a restart. One thread at a time, but for {@link #open}.
 */
final class FileSnapshots implements SnapshotStorage {
  private static final int COPY_BYTES = 64 << 10;

  private final Path folder;
  private final Path spool;
  private final Path received;

  FileSnapshots(Path folder) throws IOException {
    this.folder = folder;
    this.spool = folder.resolve("spool");
    this.received = folder.resolve("received");
    Files.createDirectories(folder);
    discardSpool(); // of a former life: the state has moved on
  }

  @Override
  public SnapshotInfo spool(LastIncluded lastIncluded, StateImage image) throws IOException {
    discardSpool();
    MessageDigest digest = sha256();
    try (FileChannel file = create(spool)) {
      OutputStream out = new DigestOutputStream(Channels.newOutputStream(file), digest);
      image.writeTo(out);
      out.flush();
      SnapshotInfo info =
          new SnapshotInfo(
              lastIncluded, file.position(), HexFormat.of().formatHex(digest.digest()));
      writeHead(spool, info);
      return info;
    } catch (IOException | RuntimeException e) {
      try {
        discardSpool();
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  @Override
  public void discardSpool() throws IOException {
    discard(spool);
  }

  @Override
  public byte[] read(SnapshotInfo snapshot, long offset, int length) throws IOException {
    requireThere(spool, snapshot);
    try (FileChannel file = FileChannel.open(spool, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(length);
      while (buffer.hasRemaining()) {
        if (file.read(buffer, offset + buffer.position()) < 0) {
          throw new IOException(spool + " ends before " + (offset + length));
        }
      }
      return buffer.array();
    }
  }

  @Override
  public long store(SnapshotInfo snapshot, long offset, Chunk chunk) throws IOException {
    if (!head(received).equals(Optional.of(snapshot))) {
      discardReceived();
      create(received).close();
      writeHead(received, snapshot);
    }
    try (FileChannel file = FileChannel.open(received, StandardOpenOption.WRITE)) {
      long size = file.size();
      boolean next = offset == size && offset + chunk.length() <= snapshot.sizeBytes();
      if (!next) {
        return size;
      }
      ByteBuffer bytes = ByteBuffer.wrap(chunk.bytes());
      while (bytes.hasRemaining()) {
        file.write(bytes, offset + bytes.position());
      }
      return offset + chunk.length();
    }
  }

  @Override
  public boolean isComplete(SnapshotInfo snapshot) throws IOException {
    requireThere(received, snapshot);
    MessageDigest digest = sha256();
    long size = 0;
    try (FileChannel file =
        FileChannel.open(received, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      file.force(true);
      ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
      while (file.read(buffer) >= 0) {
        size += buffer.position();
        digest.update(buffer.flip());
        buffer.clear();
      }
    }
    boolean whole =
        size == snapshot.sizeBytes()
            && HexFormat.of().formatHex(digest.digest()).equals(snapshot.checksum());
    if (!whole) {
      discardReceived();
    }
    return whole;
  }

  @Override
  public InputStream open(SnapshotInfo snapshot) throws IOException {
    requireThere(received, snapshot);
    return new BufferedInputStream(Files.newInputStream(received), COPY_BYTES);
  }

  @Override
  public void discardReceived() throws IOException {
    discard(received);
  }

  private void requireThere(Path image, SnapshotInfo snapshot) throws IOException {
    if (!head(image).equals(Optional.of(snapshot))) {
      throw new IOException(image + " is not " + snapshot + " any more");
    }
  }

  private static FileChannel create(Path image) throws IOException {
    return FileChannel.open(
        image,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  private static Path headOf(Path image) {
    return image.resolveSibling(image.getFileName() + ".head");
  }

  private static void discard(Path image) throws IOException {
    Files.deleteIfExists(headOf(image));
    Files.deleteIfExists(image);
  }

  private void writeHead(Path image, SnapshotInfo info) throws IOException {
    byte[] description = SnapshotCodec.encode(info);
    byte[] sealed =
        ByteBuffer.allocate(Integer.BYTES + description.length)
            .putInt(checksum(description))
            .put(description)
            .array();
    Path fresh = folder.resolve("head.new");
    Files.write(fresh, sealed);
    Files.move(fresh, headOf(image), StandardCopyOption.ATOMIC_MOVE);
  }

  /** What the image beside is; empty if there is none, or its head is not whole. */
  private static Optional<SnapshotInfo> head(Path image) throws IOException {
    Path head = headOf(image);
    if (!Files.exists(head) || !Files.exists(image)) {
      return Optional.empty();
    }
    ByteBuffer sealed = ByteBuffer.wrap(Files.readAllBytes(head));
    if (sealed.remaining() <= Integer.BYTES) {
      return Optional.empty();
    }
    int crc = sealed.getInt();
    byte[] description = new byte[sealed.remaining()];
    sealed.get(description);
    try {
      return crc == checksum(description)
          ? Optional.of(SnapshotCodec.decodeSnapshotInfo(description))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // of another version: as good as none
    }
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
