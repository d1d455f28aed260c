package dev.orchestrator.jepsen.kill;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.port.StateImage;
import dev.orchestrator.raft.port.StateMachine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;

/**
 * Remembers which numbers were applied, and in which order as a running hash. In memory, rebuilt
 * from the log at each start; on disk only where the log is to be cut. Thread-safe.
 */
final class NumberLedger implements StateMachine<Long> {
  private static final long HASH_FACTOR = 0x9E3779B97F4A7C15L;

  private final Path file;
  private final BitSet seen = new BitSet();
  private LogId applied = LogId.ZERO;
  private long hash;
  private long repeated;

  /** Where the ledger stood at one moment. */
  record Position(long index, long hash, long repeated) {}

  NumberLedger(Path folder) throws IOException {
    this.file = folder.resolve("ledger");
    if (Files.exists(file)) {
      try (InputStream in = Files.newInputStream(file)) {
        read(in);
      }
    }
  }

  @Override
  public synchronized LogId applied() {
    return applied;
  }

  @Override
  public synchronized Long apply(LogId id, byte[] command) {
    long number = ByteBuffer.wrap(command).getLong();
    if (seen.get((int) number)) {
      repeated++;
      System.err.println("number " + number + " again at " + id); // to the member's log file
    }
    seen.set((int) number);
    hash = (hash ^ number) * HASH_FACTOR + id.index();
    applied = id;
    return id.index();
  }

  @Override
  public synchronized void advance(LogId id) {
    applied = id;
  }

  synchronized Position position() {
    return new Position(applied.index(), hash, repeated);
  }

  /** Writes the numbers seen to a file, as {@link BitSet#toByteArray}. */
  synchronized void writeSeen(Path to) throws IOException {
    Files.write(to, seen.toByteArray());
  }

  @Override
  public synchronized LogId sync() {
    Path next = file.resolveSibling("ledger.new");
    try (FileChannel channel =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes()));
      channel.force(true);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return applied;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  @Override
  public synchronized StateImage image() {
    LogId id = applied;
    byte[] image = bytes();
    return new StateImage() {
      @Override
      public LogId id() {
        return id;
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        out.write(image);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public synchronized void restore(LogId id, InputStream image) {
    try {
      read(new ByteArrayInputStream(image.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read an image", e);
    }
    applied = id;
    sync();
  }

  private byte[] bytes() {
    try (var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes)) {
      out.writeLong(applied.term());
      out.writeLong(applied.index());
      out.writeLong(hash);
      out.writeLong(repeated);
      out.write(seen.toByteArray());
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(InputStream image) throws IOException {
    var in = new DataInputStream(image);
    applied = new LogId(in.readLong(), in.readLong());
    hash = in.readLong();
    repeated = in.readLong();
    seen.clear();
    seen.or(BitSet.valueOf(in.readAllBytes()));
  }
}
