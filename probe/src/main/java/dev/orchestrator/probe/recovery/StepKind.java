package dev.orchestrator.probe.recovery;

/**
 * What a step of a recovery does. The names are written to the ledger and read back by later
 * versions: they never change.
 */
enum StepKind {
  /** Runs one command line of a hook list. */
  RUN_HOOK,
  /** Stops the receiver, so that what the replica has received stands still. */
  STOP_RECEIVER,
  /** Writes down the choice; touches nothing. */
  DECIDE,
  /** Ends the delay of a replica that is to be the primary; a person said so (rule D6). */
  END_DELAY,
  /** Waits until the target has received from another replica what that one passes on to it. */
  FETCH,
  /** Waits until the target has executed everything it received. */
  WAIT_APPLIED,
  /**
   * Begins a new binary log on the server that is to be the primary: who connects to it later has
   * it read the log from its beginning, and the first write waits for an acknowledgement meanwhile.
   */
  ROTATE_LOG,
  /** Waits until the target is nearly as far as a primary that still accepts writes. */
  APPROACH,
  /** Moves the primary record to the target, compare-and-set on its epoch (rule A1). */
  DESIGNATE,
  /** Turns on the source side of semi-synchronous replication (rule D4). */
  SET_SEMI_SYNC,
  /** Stops replication; its source stays known for a while. */
  STOP_REPLICATION,
  /** Stops replication and forgets its source. */
  RESET_REPLICATION,
  /** Makes the target writable. */
  SET_WRITABLE,
  /** Sees that the target is writable. */
  VERIFY_WRITABLE,
  /** Points a replica at the new primary. */
  REPOINT,
  /** Starts both threads and sees them run. */
  START_REPLICATION,
  /** Lets a replica wait for its old source again, when nobody was promoted. */
  START_RECEIVER,
  /** Keeps a replica from following a former source, whose name it keeps behind two slashes. */
  DETACH,
  /** Makes the old primary read-only, should it answer (rules D8, D9). */
  FENCE_OLD_PRIMARY,
  /** Makes a living primary read-only in a short time, or gives up. */
  FENCE_PRIMARY,
  /** Sees that a fenced primary still is, and has executed nothing more. */
  VERIFY_FENCED,
  /** Waits until the target has received and executed what the fenced primary executed. */
  CATCH_UP,
  /** Points a server that was a primary at its source, with an account; starts nothing. */
  ATTACH,
  /** Turns a former primary's side of semi-synchronous replication to that of a replica. */
  BECOME_REPLICA,
  /** Makes a server read-only again whose promotion did not come to its end. */
  REVOKE_PROMOTION,
  /** Makes the primary writable again after a takeover that did not come to its end. */
  RESTORE_WRITES
}
