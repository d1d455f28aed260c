package dev.orchestrator.server;

/** How the process ends, as operators and init systems see it. */
public final class ExitStatus {
  /** Stopped as asked. */
  public static final int OK = 0;

  /** Not started: configuration, ports, files. */
  public static final int CANNOT_START = 1;

  /** Stopped because going on would not be safe: log, apply or backend failed. */
  public static final int FATAL = 3;

  /** Could not join its group in time. */
  public static final int CANNOT_JOIN = 4;

  private ExitStatus() {}
}
