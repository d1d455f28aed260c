package dev.orchestrator.store.fsm;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.port.StateImage;
import dev.orchestrator.store.snapshot.SnapshotWriter;
import dev.orchestrator.store.sql.PinnedState;
import java.io.IOException;
import java.io.OutputStream;

/** The replicated rows of one moment. Used by one thread at a time. */
final class SqlStateImage implements StateImage {
  private final PinnedState state;

  SqlStateImage(PinnedState state) {
    this.state = state;
  }

  @Override
  public LogId id() {
    return state.id();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    SnapshotWriter.write(state, out);
  }

  @Override
  public void close() {
    state.close();
  }
}
