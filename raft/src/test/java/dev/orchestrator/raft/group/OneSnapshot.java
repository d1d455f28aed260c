package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Chunk;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.SnapshotInfo;
import dev.orchestrator.raft.port.SnapshotStorage;
import dev.orchestrator.raft.port.StateImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Has received a snapshot of three bytes. */
final class OneSnapshot implements SnapshotStorage {
  private static IOException none() {
    return new IOException("no snapshots here");
  }

  @Override
  public SnapshotInfo spool(LastIncluded lastIncluded, StateImage image) throws IOException {
    throw none();
  }

  @Override
  public void discardSpool() {}

  @Override
  public byte[] read(SnapshotInfo snapshot, long offset, int length) throws IOException {
    throw none();
  }

  @Override
  public long store(SnapshotInfo snapshot, long offset, Chunk chunk) throws IOException {
    throw none();
  }

  @Override
  public boolean isComplete(SnapshotInfo snapshot) throws IOException {
    throw none();
  }

  @Override
  public InputStream open(SnapshotInfo snapshot) {
    return new ByteArrayInputStream(new byte[3]);
  }

  @Override
  public void discardReceived() {}
}
