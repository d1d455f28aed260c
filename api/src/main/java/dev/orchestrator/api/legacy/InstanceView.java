package dev.orchestrator.api.legacy;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.PromotionRule;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.ServerFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An instance with what publishing needs besides: its downtime, the limits and the moment.
 * Immutable.
 *
 * @param downtime downtime in force
 * @param rule promotion rule that people registered
 * @param virtualName name under which its host is to be shown, {@code ""} for its own
 * @param pseudoGtid whether Pseudo-GTID was injected into its cluster lately
 * @param limits limits that decide what is a problem
 * @param now moment of the answer
 */
public record InstanceView(
    Instance instance,
    Optional<Downtime> downtime,
    Optional<PromotionRule> rule,
    String virtualName,
    boolean pseudoGtid,
    ApiConfig.Fleet limits,
    Instant now) {
  /** A check older than this many poll intervals is not recent. */
  private static final int RECENT_POLLS = 5;

  /** Of an instance about which people said nothing. */
  public InstanceView(
      Instance instance, Optional<Downtime> downtime, ApiConfig.Fleet limits, Instant now) {
    this(instance, downtime, Optional.empty(), "", false, limits, now);
  }

  boolean lastCheckValid() {
    return instance.check().lastCheckValid();
  }

  boolean upToDate() {
    return checkedWithin(limits.pollInterval());
  }

  boolean recentlyChecked() {
    return checkedWithin(limits.pollInterval().multipliedBy(RECENT_POLLS));
  }

  private boolean checkedWithin(Duration age) {
    CheckTimes check = instance.check();
    return !check.checkedAt().equals(Instant.EPOCH)
        && Duration.between(check.checkedAt(), now).compareTo(age) <= 0;
  }

  boolean detachedFromSource() {
    return instance.replication().source().host().startsWith("//");
  }

  boolean detachedCoordinates() {
    return instance.replication().executed().file().startsWith("//");
  }

  boolean supportsGtid() {
    String mode = instance.server().gtidMode();
    return !mode.isEmpty() && !mode.equalsIgnoreCase("OFF");
  }

  boolean usesGtid() {
    return instance.replication().autoPosition() || supportsGtid();
  }

  /** Published name of the server's make. */
  String flavor() {
    ServerFacts server = instance.server();
    String version = server.version().toLowerCase(Locale.ROOT);
    if (version.contains("mariadb")) {
      return "MariaDB";
    }
    if (version.contains("maxscale")) {
      return "MaxScale";
    }
    if (server.versionComment().contains("Percona")) {
      return "Percona";
    }
    return version.isEmpty() || version.equals("unknown") ? "unknown" : "MySQL";
  }

  /** Published names of problems: at most one of reachability and replication, then the others. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (!lastCheckValid()) {
      problems.add("last_check_invalid");
    } else if (!recentlyChecked()) {
      problems.add("not_recently_checked");
    } else if (threadsExist() && !instance.replication().running()) {
      problems.add("not_replicating");
    } else if (lags()) {
      problems.add("replication_lag");
    }
    if (!instance.server().gtidErrant().isEmpty()) {
      problems.add("errant_gtid");
    }
    return problems;
  }

  /** Whether the instance is listed as a problem: any of the above, or a thread in an odd state. */
  public boolean problematic() {
    ReplicationFacts replication = instance.replication();
    return !problems().isEmpty() || odd(replication.receiver()) || odd(replication.applier());
  }

  private static boolean odd(ReplicaThreadState state) {
    return state != ReplicaThreadState.NO_THREAD && state != ReplicaThreadState.RUNNING;
  }

  private boolean threadsExist() {
    return instance.replication().receiver() != ReplicaThreadState.NO_THREAD
        && instance.replication().applier() != ReplicaThreadState.NO_THREAD;
  }

  private boolean lags() {
    ReplicationFacts replication = instance.replication();
    return replication.lagSeconds().isPresent()
        && Math.abs(replication.lagSeconds().getAsLong() - replication.delaySeconds())
            > limits.reasonableLag().toSeconds();
  }
}
