package dev.orchestrator.raft.group;

/** What to do when a member cannot go on: the process has to end. */
@FunctionalInterface
public interface FatalHandler {
  /**
   * Called once, on the thread that failed; the member has stopped voting and answering by then.
   *
   * @param what what was tried, on what
   */
  void onFatal(String what, Throwable cause);
}
