package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.RecoveryPause;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Table {@code setting}: single values, replicated but for those whose name starts with {@code
 * local.}. Thread-safe.
 */
public final class SettingTable {
  private static final String RECOVERIES_ENABLED = "recoveries.enabled";
  private static final String LEADER_MEMBER = "leader.member";
  private static final String LEADER_TERM = "leader.term";
  private static final String LEADER_URI = "leader.uri";
  private static final String MAINTENANCES = "maintenance.last_id";
  private static final String CHECK_INDEX = "state.check_index";
  static final String FORMAT = "command.format";
  private static final String SYNCS = "local.syncs";
  private static final String PROBES = "local.probes";

  /** What the names of pauses begin with; the cluster's id follows. */
  private static final String PAUSE = "pause.";

  private final Reads reads;

  SettingTable(Reads reads) {
    this.reads = reads;
  }

  /** Whether automatic recoveries are on; true by default. */
  public boolean recoveriesEnabled() {
    return recoveriesEnabled(reads);
  }

  public boolean recoveriesEnabled(Transaction tx) {
    return recoveriesEnabled((Reads) tx);
  }

  private static boolean recoveriesEnabled(Reads from) {
    return value(from, RECOVERIES_ENABLED).map(Boolean::parseBoolean).orElse(true);
  }

  public void enableRecoveries(Transaction tx, boolean enabled) {
    put(tx, RECOVERIES_ENABLED, Boolean.toString(enabled));
  }

  /** The newest announced leader. */
  public Optional<LeaderAnnouncement> leader() {
    return leader(reads);
  }

  public Optional<LeaderAnnouncement> leader(Transaction tx) {
    return leader((Reads) tx);
  }

  /** One statement, so that the three values are of one announcement. */
  private static Optional<LeaderAnnouncement> leader(Reads from) {
    return from.first(
        """
        SELECT m.value AS member, t.value AS term, u.value AS uri
        FROM setting m, setting t, setting u WHERE m.name = ? AND t.name = ? AND u.name = ?
        """,
        row ->
            new LeaderAnnouncement(
                row.text("member"), Long.parseLong(row.text("term")), URI.create(row.text("uri"))),
        LEADER_MEMBER,
        LEADER_TERM,
        LEADER_URI);
  }

  public void announceLeader(Transaction tx, LeaderAnnouncement leader) {
    put(tx, LEADER_MEMBER, leader.member());
    put(tx, LEADER_TERM, Long.toString(leader.term()));
    put(tx, LEADER_URI, leader.uri().toString());
  }

  /** Number of the next maintenance; the rows of former ones are gone, so the number is kept. */
  public long nextMaintenanceId(Transaction tx) {
    return count(tx, MAINTENANCES);
  }

  /** Index of the newest check of the state, 0 before the first. */
  public long checkIndex() {
    return number(reads, CHECK_INDEX, 0);
  }

  public long checkIndex(Transaction tx) {
    return number(tx, CHECK_INDEX, 0);
  }

  public void checkIndex(Transaction tx, long index) {
    put(tx, CHECK_INDEX, Long.toString(index));
  }

  /** Newest format of commands that the members agreed to use, from 1 (rule T1). */
  public int commandFormat() {
    return (int) number(reads, FORMAT, 1);
  }

  public int commandFormat(Transaction tx) {
    return (int) number(tx, FORMAT, 1);
  }

  public void commandFormat(Transaction tx, int version) {
    put(tx, FORMAT, Integer.toString(version));
  }

  /** The pause of a cluster's recoveries, over or not. */
  public Optional<RecoveryPause> pause(String clusterId) {
    return value(reads, PAUSE + clusterId).map(text -> pause(clusterId, text));
  }

  /** Whether any pause is over by then. */
  public boolean anyPauseDue(Instant now) {
    return pauses(reads).stream().anyMatch(pause -> !pause.inForce(now));
  }

  /** Replaces an earlier pause of the same cluster. */
  public void pause(Transaction tx, RecoveryPause pause) {
    put(
        tx,
        PAUSE + pause.clusterId(),
        TextList.join(
            List.of(
                pause.owner(),
                pause.reason(),
                Long.toString(pause.beginsAt().toEpochMilli()),
                Long.toString(pause.endsAt().toEpochMilli()))));
  }

  /** Number of pauses removed, 0 or 1. */
  public int endPause(Transaction tx, String clusterId) {
    return tx.update("DELETE FROM setting WHERE name = ?", PAUSE + clusterId);
  }

  /** Removes the pauses that are over by then and says how many. */
  public int endPausesUntil(Transaction tx, Instant now) {
    int ended = 0;
    for (RecoveryPause pause : pauses(tx)) {
      ended += pause.inForce(now) ? 0 : endPause(tx, pause.clusterId());
    }
    return ended;
  }

  private static List<RecoveryPause> pauses(Reads from) {
    return from.query(
        "SELECT name, value FROM setting WHERE name LIKE 'pause.%' ORDER BY name",
        row -> pause(row.text("name").substring(PAUSE.length()), row.text("value")));
  }

  private static RecoveryPause pause(String clusterId, String text) {
    List<String> parts = TextList.split(text);
    return new RecoveryPause(
        clusterId,
        parts.get(0),
        parts.get(1),
        Instant.ofEpochMilli(Long.parseLong(parts.get(2))),
        Instant.ofEpochMilli(Long.parseLong(parts.get(3))));
  }

  private static long number(Reads from, String name, long byDefault) {
    return value(from, name).map(Long::parseLong).orElse(byDefault);
  }

  /** Changes a page of the file, so that the commit has something to sync. */
  void countSync(Transaction tx) {
    count(tx, SYNCS);
  }

  long countProbe(Transaction tx) {
    return count(tx, PROBES);
  }

  long probes() {
    return value(reads, PROBES).map(Long::parseLong).orElse(0L);
  }

  private static long count(Transaction tx, String name) {
    long next = value(tx, name).map(Long::parseLong).orElse(0L) + 1;
    put(tx, name, Long.toString(next));
    return next;
  }

  private static Optional<String> value(Reads from, String name) {
    return from.first("SELECT value FROM setting WHERE name = ?", row -> row.text("value"), name);
  }

  private static void put(Transaction tx, String name, String value) {
    tx.update("REPLACE INTO setting (name, value) VALUES (?, ?)", name, value);
  }

  /** Who leads a term and where its HTTP API is. */
  public record LeaderAnnouncement(String member, long term, URI uri) {}
}
