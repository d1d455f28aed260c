package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.RecoveryStep;
import java.util.ServiceLoader;

/**
 * The boundaries of a step at which a test stops the leader. Nothing happens there unless a service
 * of this type is on the class path, which no configuration can bring about: the product has none.
 * Thread-safe: lanes of steps come here side by side.
 */
@FunctionalInterface
public interface FaultPoint {
  /** Where within a step, in order. */
  enum Place {
    /** The session stands, permission was not asked for. */
    BEFORE_INTENT,
    /** Acting is permitted, nothing was read. */
    INTENDED,
    /** The last look at leadership is over, the statement goes out next. */
    SENDING,
    /** The effect was proven, or given up, and is not on record. */
    ACTED,
    /** The step's end is on record. */
    ENDED
  }

  /** A step is at a boundary; may block, returns to let it go on. */
  void reached(Place place, RecoveryStep step);

  /** The one on the class path, else one that does nothing. */
  static FaultPoint installed() {
    return ServiceLoader.load(FaultPoint.class, FaultPoint.class.getClassLoader())
        .findFirst()
        .orElse((_, _) -> {});
  }
}
