package dev.orchestrator.probe.observer;

import dev.orchestrator.store.model.InstanceKey;
import java.util.List;
import java.util.OptionalLong;

/**
 * How one member sees one source. Ages count back from the moment in which the report was made.
 * Immutable.
 *
 * @param source the server
 * @param uuid its server uuid when it was last seen, {@code ""} for never
 * @param goodAgeMillis age of the newest good visit's start
 * @param writable the newest good visit found it writable
 * @param failures visits that failed since then, a hanging one included
 * @param failingForMillis age of the first of them, 0 without one
 * @param cause why the newest one failed, as {@code FailureCause} names it, {@code ""} for unknown
 * @param connected replicas that were visited since it began to fail and hold a connection to it
 */
public record Sighting(
    InstanceKey source,
    String uuid,
    OptionalLong goodAgeMillis,
    boolean writable,
    int failures,
    long failingForMillis,
    String cause,
    List<InstanceKey> connected) {
  public Sighting {
    connected = List.copyOf(connected);
  }
}
