package dev.orchestrator.api.legacy;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import dev.orchestrator.store.model.ServerFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A small fleet: 22293 is the source of 22294 and 22296; 22295 replicates from 22294. */
public final class Sample {
  static final Instant SEEN = Instant.parse("2017-02-02T08:29:57Z");
  static final Instant NOW = SEEN.plusSeconds(309_208_767);
  static final ApiConfig.Fleet LIMITS =
      new ApiConfig.Fleet(
          3306,
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          List.of(),
          List.of("alpha"),
          List.of(),
          List.of());

  private Sample() {}

  static InstanceKey key(int port) {
    return new InstanceKey("testhost", port);
  }

  /** The instance of the golden file. */
  public static Instance documented() {
    return new Instance(
        key(22294),
        new ServerFacts(
            "9a996060-6b8f-11e6-903f-6191b3cde928",
            101,
            "5.6.28-log",
            "MySQL Community Server (GPL)",
            72_466,
            false,
            false,
            "STATEMENT",
            "full",
            true,
            true,
            new BinlogCoordinates("mysql-bin.000132", 15_931_747),
            "OFF",
            "",
            "",
            ""),
        replication(22293, 0),
        SemiSyncFacts.NONE,
        List.of(),
        new Placement("testhost:22293", "", 1, false, "ny", "us-region", "", ""),
        new CheckTimes(NOW, NOW, SEEN, false, Duration.ZERO, "cannot connect"));
  }

  static ReplicationFacts replication(int source, long lag) {
    return new ReplicationFacts(
        key(source),
        "",
        ReplicaThreadState.RUNNING,
        ReplicaThreadState.RUNNING,
        new BinlogCoordinates("mysql-bin.000167", 137_086_726),
        new BinlogCoordinates("mysql-bin.000167", 137_086_726),
        new BinlogCoordinates("mysql-relay.000029", 15_978_254),
        "",
        "",
        "",
        OptionalLong.of(lag),
        OptionalLong.of(lag),
        0,
        false,
        "repl",
        false,
        false,
        false);
  }

  static ServerFacts server(String version, boolean logBin) {
    return new ServerFacts(
        "uuid",
        1,
        version,
        "",
        1,
        false,
        false,
        logBin ? "STATEMENT" : "",
        "",
        logBin,
        logBin,
        BinlogCoordinates.NONE,
        "OFF",
        "",
        "",
        "");
  }

  static Instance instance(
      int port, ServerFacts server, ReplicationFacts replication, int depth, Instant checkedAt) {
    return new Instance(
        key(port),
        server,
        replication,
        SemiSyncFacts.NONE,
        List.of(),
        new Placement("testhost:22293", "", depth, false, "", "", "", ""),
        new CheckTimes(checkedAt, checkedAt, checkedAt, false, Duration.ZERO, ""));
  }

  /** The documented cluster; nobody was looked at recently but 22294, if asked for. */
  static List<InstanceView> cluster(boolean freshReplica) {
    Instant old = NOW.minusSeconds(3_600);
    return List.of(
            instance(22293, server("5.6.28-log", true), ReplicationFacts.NONE, 0, old),
            instance(
                22294,
                server("5.6.28-log", true),
                replication(22293, 7),
                1,
                freshReplica ? NOW : old),
            instance(22295, server("5.6.28-log", true), replication(22294, 0), 2, old),
            instance(22296, server("5.6.28", false), replication(22293, 0), 1, old))
        .stream()
        .map(Sample::view)
        .toList();
  }

  static InstanceView view(Instance instance) {
    return new InstanceView(instance, Optional.empty(), LIMITS, NOW);
  }
}
