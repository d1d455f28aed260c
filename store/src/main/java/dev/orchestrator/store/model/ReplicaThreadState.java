package dev.orchestrator.store.model;

/** State of a receiver (IO) or applier (SQL) thread, with the number that the API publishes. */
public enum ReplicaThreadState {
  NO_THREAD(-1),
  STOPPED(0),
  RUNNING(1),
  /** Neither Yes nor No, for example Connecting. */
  OTHER(2);

  private final int code;

  ReplicaThreadState(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** State of a published number; anything unknown is {@link #OTHER}. */
  public static ReplicaThreadState ofCode(int code) {
    for (ReplicaThreadState state : values()) {
      if (state.code == code) {
        return state;
      }
    }
    return OTHER;
  }
}
