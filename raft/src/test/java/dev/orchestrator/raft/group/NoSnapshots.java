package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Chunk;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.SnapshotInfo;
import dev.orchestrator.raft.port.SnapshotStorage;
import dev.orchestrator.raft.port.StateImage;
import java.io.IOException;
import java.io.InputStream;

/** For members that are never behind. */
public final class NoSnapshots implements SnapshotStorage {
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
  public InputStream open(SnapshotInfo snapshot) throws IOException {
    throw none();
  }

  @Override
  public void discardReceived() {}
}
