package dev.orchestrator.raft.port;

import dev.orchestrator.raft.core.LogId;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The replicated state of one moment, held still while the state machine goes on. Two images of the
 * same entry are the same bytes on every member, whatever their backends. Used by one thread.
 */
public interface StateImage extends AutoCloseable {
  /** Last entry whose effects are in the image. */
  LogId id();

  /** Writes the image; once. Memory use does not grow with the state. */
  void writeTo(OutputStream out) throws IOException;

  /** Lets go of the state; safe to call at any time. */
  @Override
  void close();
}
