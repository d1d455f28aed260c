package dev.orchestrator.raft.core;

/**
 * Whether the state machine's state is what this log led to (rule T2). After a normal stop it is. A
 * database that was cloned from another member may be ahead of the log's end; one that was wiped,
 * or is an old copy, may lack what the log has compacted away; one of another history fits nowhere.
 * Confined to its node's thread.
 */
final class StateFit {
  private enum Kind {
    /** The log holds the state's place. */
    FITS,
    /** The state is of a place that this log has not reached yet, or holds another entry at. */
    NOT_KNOWN,
    /** It should be what the log led to, but was found to differ from that of other members. */
    SUSPECT,
    /** Only a snapshot helps. */
    UNUSABLE
  }

  private final LogId state;
  private final RaftLog log;
  private Kind kind;

  StateFit(LogId state, RaftLog log) {
    this.state = state;
    this.log = log;
    if (state.index() < log.lastIncluded().index()) {
      this.kind = Kind.UNUSABLE;
    } else if (log.contains(state)) {
      this.kind = Kind.FITS;
    } else {
      this.kind = Kind.NOT_KNOWN;
    }
  }

  boolean isFit() {
    return kind == Kind.FITS;
  }

  boolean isSuspect() {
    return kind == Kind.SUSPECT;
  }

  boolean hadNoState() {
    return state.index() == 0;
  }

  /** Index that a snapshot must have at least, 0 if none is wanted. */
  long snapshotFrom() {
    return kind == Kind.UNUSABLE || kind == Kind.SUSPECT
        ? Math.max(1, log.lastIncluded().index())
        : 0;
  }

  /** The log is committed up to here: what it holds there is the group's history. */
  void committedTo(long index) {
    if (kind == Kind.NOT_KNOWN && index >= state.index()) {
      boolean same = state.index() >= log.lastIncluded().index() && log.contains(state);
      kind = same ? Kind.FITS : Kind.UNUSABLE;
    }
  }

  /**
   * The leader has committed up to here. Once that is an entry of its own term, everything that was
   * ever committed is in it: a state that is ahead of it comes from elsewhere.
   */
  void heardCommit(long leaderCommit, long leaderTerm) {
    if (kind == Kind.NOT_KNOWN
        && leaderCommit < state.index()
        && leaderCommit > log.lastIncluded().index()
        && leaderCommit <= log.lastIndex()
        && log.termAt(leaderCommit) == leaderTerm) {
      kind = Kind.UNUSABLE;
    }
  }

  /** The state is of another cluster. */
  void isForeign() {
    kind = Kind.UNUSABLE;
  }

  /** The state was found to be wrong, though the log holds its place. */
  void suspect() {
    if (kind == Kind.FITS) {
      kind = Kind.SUSPECT;
    }
  }

  /** There is nobody to get a better one from. */
  void makeDo() {
    if (kind == Kind.SUSPECT) {
      kind = Kind.FITS;
    }
  }

  /** A snapshot is installed. */
  void isFitNow() {
    kind = Kind.FITS;
  }
}
