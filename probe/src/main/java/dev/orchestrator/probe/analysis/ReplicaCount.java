package dev.orchestrator.probe.analysis;

import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.ReplicaThreadState;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Counts replicas of one instance by kind. Pure, immutable. */
final class ReplicaCount {
  private final List<Instance> replicas;

  ReplicaCount(List<Instance> replicas) {
    this.replicas = List.copyOf(replicas);
  }

  int all() {
    return replicas.size();
  }

  int count(Predicate<Instance> kind) {
    return Math.toIntExact(replicas.stream().filter(kind).count());
  }

  int valid() {
    return count(ReplicaCount::valid);
  }

  /** Valid ones with both threads running. */
  int replicating() {
    return count(replica -> valid(replica) && replica.replication().running());
  }

  /** Valid ones whose receiver holds a connection to the source: witnesses that it lives. */
  int connected() {
    return count(
        replica ->
            valid(replica) && replica.replication().receiver() == ReplicaThreadState.RUNNING);
  }

  int failingToConnect() {
    return count(ReplicaCount::failsToConnect);
  }

  int logging(String format) {
    return count(
        replica -> logging(replica) && replica.server().binlogFormat().equalsIgnoreCase(format));
  }

  int distinctMajorVersions() {
    Set<String> versions = new HashSet<>();
    for (Instance replica : replicas) {
      if (logging(replica)) {
        versions.add(majorVersion(replica.server().version()));
      }
    }
    return versions.size();
  }

  static boolean valid(Instance replica) {
    return replica.check().lastCheckValid();
  }

  static boolean logging(Instance replica) {
    return replica.server().logBin() && replica.server().logReplicaUpdates();
  }

  static boolean lagging(Instance replica, long reasonableSeconds) {
    return replica.replication().lagSeconds().orElse(0) > reasonableSeconds;
  }

  /**
   * Whether a server that was seen well says that its receiver tries to connect to the source and
   * cannot, while its applier runs.
   */
  static boolean failsToConnect(Instance replica) {
    return valid(replica)
        && replica.replication().receiver() != ReplicaThreadState.RUNNING
        && replica.replication().applier() == ReplicaThreadState.RUNNING
        && saysConnectFailed(replica.replication().lastReceiverError());
  }

  /** Both wordings: "error connecting to master" and, since 8.0.26, "... to source". */
  private static boolean saysConnectFailed(String error) {
    String text = error.toLowerCase(java.util.Locale.ROOT);
    int at = text.indexOf("error ");
    return at >= 0
        && (text.indexOf("connecting to master", at) >= 0
            || text.indexOf("connecting to source", at) >= 0);
  }

  /** Major and minor number, for example 8.0. */
  static String majorVersion(String version) {
    int first = version.indexOf('.');
    int second = first < 0 ? -1 : version.indexOf('.', first + 1);
    return second < 0 ? version : version.substring(0, second);
  }
}
