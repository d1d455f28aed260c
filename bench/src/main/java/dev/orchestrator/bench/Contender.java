package dev.orchestrator.bench;

import java.nio.file.Path;
import java.util.List;

/** A library that can run a group: one class per library, with a constructor without arguments. */
public interface Contender {
  /**
   * Starts one member; every acknowledged entry, and every vote, is to be synced to disk.
   *
   * @param index which of the addresses is this member's, from 0
   * @param addresses host:port of all members
   * @param folder its own, empty
   * @throws Exception it cannot start
   */
  Member start(int index, List<String> addresses, Path folder) throws Exception;

  /** A running member. Thread-safe. */
  interface Member {
    /** Whether it leads and takes proposals. */
    boolean leads();

    /**
     * Proposes an entry with these bytes, which do not change.
     *
     * @param end told once the entry is applied here, or that it failed, on any thread
     */
    void propose(byte[] command, End end);
  }

  /** What becomes of a proposal. */
  interface End {
    /** Committed, and applied to the state of the member that proposed it. */
    void applied();

    /** Not known to be committed. */
    void failed(Throwable cause);
  }
}
