package dev.orchestrator.probe.recovery;

/** What people can order; the commands are published names. */
public enum OrderKind {
  /** The living primary hands over; it is attached to the new one but does not replicate. */
  TAKEOVER(Order.TAKEOVER),
  /** The living primary hands over and replicates from the new one. */
  TAKEOVER_AUTO(Order.TAKEOVER_AUTO),
  /** The primary is replaced as if it were dead, whatever it is. */
  FAILOVER(Order.FAILOVER),
  /** The same, by a server that the caller names. */
  FORCED_TAKEOVER(Order.FORCED_TAKEOVER),
  /** A dead primary is replaced now, whatever policy says of automatic recoveries. */
  RECOVER(Order.RECOVER),
  /** The same, without hooks. */
  RECOVER_LITE(Order.RECOVER_LITE);

  private final String command;

  OrderKind(String command) {
    this.command = command;
  }

  /** The command under which clients and hooks know it. */
  public String command() {
    return command;
  }

  /** Whether the primary is to lose nothing, or nothing is done. */
  boolean planned() {
    return this == TAKEOVER || this == TAKEOVER_AUTO;
  }

  /** Whether the primary must be judged dead. */
  boolean needsFailure() {
    return this == RECOVER || this == RECOVER_LITE;
  }
}
