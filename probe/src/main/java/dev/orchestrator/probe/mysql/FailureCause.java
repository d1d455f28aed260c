package dev.orchestrator.probe.mysql;

/** Why a visit failed, as far as the client side can tell. */
public enum FailureCause {
  /** Nobody listens there. */
  REFUSED,
  /** No answer within the deadline: a frozen or overloaded server, or a network that drops. */
  TIMED_OUT,
  /** The session broke. */
  LOST,
  /** The host name has no address. */
  UNRESOLVED,
  /** The server lives but takes no further session. */
  TOO_MANY_CONNECTIONS,
  /** The server lives but this account may not log in or read. */
  DENIED,
  /** The server answered with an error. */
  STATEMENT_FAILED
}
