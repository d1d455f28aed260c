package dev.orchestrator.probe.fleet;

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
import java.util.OptionalLong;

/** One server under construction: healthy unless said otherwise. Mutable, for one test. */
public final class TestServer {
  /** When all servers were seen last. */
  public static final Instant SEEN = Instant.parse("2026-01-01T00:00:00Z");

  private final InstanceKey key;
  private InstanceKey source = InstanceKey.NONE;
  private String version = "8.0.33";
  private String format = "ROW";
  private String gtidMode = "ON";
  private String errant = "";
  private boolean readOnly;
  private boolean logBin = true;
  private boolean logReplicaUpdates = true;
  private boolean autoPosition = true;
  private ReplicaThreadState receiver = ReplicaThreadState.NO_THREAD;
  private ReplicaThreadState applier = ReplicaThreadState.NO_THREAD;
  private String receiverError = "";
  private long lag;
  private long delay;
  private SemiSyncFacts semiSync = SemiSyncFacts.NONE;
  private long position = 4;
  private Placement placement;
  private CheckTimes check = new CheckTimes(SEEN, SEEN, SEEN, false, Duration.ofMillis(5), "");

  public TestServer(InstanceKey key) {
    this.key = key;
    this.placement = Placement.inCluster(key.toString());
  }

  /** A server named by its port. */
  public static TestServer at(int port) {
    return new TestServer(new InstanceKey("db", port));
  }

  public InstanceKey key() {
    return key;
  }

  public TestServer below(TestServer newSource) {
    source = newSource.key;
    receiver = ReplicaThreadState.RUNNING;
    applier = ReplicaThreadState.RUNNING;
    readOnly = true;
    Placement above = newSource.placement;
    placement = new Placement(above.clusterName(), "", above.depth() + 1, false, "", "", "", "");
    return this;
  }

  public TestServer coSource() {
    placement = new Placement(placement.clusterName(), "", 0, true, "", "", "", "");
    return this;
  }

  /** The newest visit failed a minute after the last good one. */
  public TestServer dead() {
    Instant failed = SEEN.plusSeconds(60);
    check = new CheckTimes(failed, failed, SEEN, false, Duration.ofMillis(5), "refused");
    return this;
  }

  /** As {@link #dead}, but the basic variables could be read. */
  public TestServer deadPartially() {
    dead();
    check =
        new CheckTimes(check.attemptedAt(), check.checkedAt(), SEEN, true, check.latency(), "half");
    return this;
  }

  /** A visit that began this long after the last good one has not ended. */
  public TestServer visitBegan(Duration after) {
    check = new CheckTimes(SEEN.plus(after), SEEN, SEEN, false, Duration.ofMillis(5), "");
    return this;
  }

  public TestServer neverVisited() {
    check = CheckTimes.NEVER;
    return this;
  }

  public TestServer receiver(ReplicaThreadState state) {
    receiver = state;
    return this;
  }

  public TestServer applier(ReplicaThreadState state) {
    applier = state;
    return this;
  }

  /** The receiver tries to connect and cannot, as 8.0.33 words it. */
  public TestServer failsToConnect() {
    receiver = ReplicaThreadState.OTHER;
    receiverError =
        "Error connecting to source 'repl@db:1'. This was attempt 2/86400, with a delay of 1"
            + " seconds between attempts. Message: Can't connect";
    return this;
  }

  public TestServer receiverError(String error) {
    receiverError = error;
    return this;
  }

  public TestServer lag(long seconds) {
    lag = seconds;
    return this;
  }

  public TestServer delay(long seconds) {
    delay = seconds;
    return this;
  }

  public TestServer readOnly(boolean value) {
    readOnly = value;
    return this;
  }

  public TestServer format(String value) {
    format = value;
    return this;
  }

  public TestServer version(String value) {
    version = value;
    return this;
  }

  public TestServer logs(boolean binlog, boolean updates) {
    logBin = binlog;
    logReplicaUpdates = updates;
    return this;
  }

  public TestServer gtid(String mode, boolean auto) {
    gtidMode = mode;
    autoPosition = auto;
    return this;
  }

  public TestServer errant(String set) {
    errant = set;
    return this;
  }

  public TestServer position(long value) {
    position = value;
    return this;
  }

  public TestServer semiSyncSource(boolean status, int wait, int clients) {
    semiSync =
        new SemiSyncFacts(true, true, true, status, false, 1_000, wait, clients, "AFTER_SYNC", 0);
    return this;
  }

  public Instance build() {
    boolean replica = source.isReal();
    ReplicationFacts replication =
        replica
            ? new ReplicationFacts(
                source,
                "uuid-" + source.port(),
                receiver,
                applier,
                BinlogCoordinates.NONE,
                BinlogCoordinates.NONE,
                BinlogCoordinates.NONE,
                "",
                receiverError,
                "",
                OptionalLong.of(lag),
                OptionalLong.of(lag),
                delay,
                autoPosition,
                "repl",
                true,
                false,
                false)
            : ReplicationFacts.NONE;
    ServerFacts server =
        new ServerFacts(
            "uuid-" + key.port(),
            key.port(),
            version,
            "MySQL",
            100,
            readOnly,
            readOnly,
            format,
            "FULL",
            logBin,
            logReplicaUpdates,
            new BinlogCoordinates("binlog.000001", position),
            gtidMode,
            "",
            "",
            errant);
    return new Instance(key, server, replication, semiSync, List.of(), placement, check);
  }
}
