package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.Database;
import java.sql.SQLException;

/**
 * Whether a primary that is about to be replaced has come back: agreement that it is gone is as old
 * as what happened since, hooks and elections among it. Stateless.
 */
final class Revival {
  /** What the error begins with that says so; published. */
  static final String PRIMARY_ANSWERS = Choice.Reason.PRIMARY_ANSWERS.publishedName();

  private Revival() {}

  /**
   * Asks the primary itself, but only if this node's newest visit found it alive: one that is gone
   * costs no time here.
   */
  static boolean seen(Recovery recovery, Database database, Sessions sessions)
      throws InterruptedException {
    Recovery.Subject subject = recovery.subject();
    Order order = Order.of(subject);
    if (!subject.kind().equals(DeadPrimaryPlaybook.KIND)
        || order.fencesFirst()
        || order.insists()
        || !recorded(subject, database)) {
      return false;
    }
    boolean visited =
        database
            .instances()
            .find(subject.failedKey())
            .map(failed -> failed.check().lastCheckValid())
            .orElse(false);
    return visited && writable(subject, sessions);
  }

  /** Once somebody else is designated there is no way back. */
  private static boolean recorded(Recovery.Subject subject, Database database) {
    return database
        .clusters()
        .byId(subject.clusterId())
        .map(ClusterRecord::primaryUuid)
        .filter(subject.failedUuid()::equals)
        .isPresent();
  }

  private static boolean writable(Recovery.Subject subject, Sessions sessions)
      throws InterruptedException {
    try {
      ServerReading reading = sessions.read(subject.failedKey());
      return reading.uuid().equals(subject.failedUuid())
          && reading.writable()
          && reading.channel().isEmpty();
    } catch (SQLException e) {
      return false; // it is gone, as was agreed
    }
  }

  /** The reason in words. */
  static String text(InstanceKey primary) {
    return primary + " answers again and accepts writes: it is not replaced";
  }
}
