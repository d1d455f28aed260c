package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.InstanceKey;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replication statements in the vocabulary of a server: MySQL renamed them in 8.0.22 and 8.0.23 and
 * dropped the old names in 8.4. Immutable.
 */
enum ReplicationWords {
  REPLICA("REPLICA"),
  OLD("SLAVE");

  private static final Pattern VERSION = Pattern.compile("^(\\d+)\\.(\\d+)\\.(\\d+)");

  private final String noun;

  ReplicationWords(String noun) {
    this.noun = noun;
  }

  /** The words of a server by {@code @@version}. */
  static ReplicationWords of(String version) {
    Matcher matcher = VERSION.matcher(version);
    if (version.contains("MariaDB") || !matcher.find()) {
      return OLD;
    }
    int number =
        (Integer.parseInt(matcher.group(1)) * 100 + Integer.parseInt(matcher.group(2))) * 1000
            + Integer.parseInt(matcher.group(3));
    return number >= 800_023 ? REPLICA : OLD;
  }

  String showStatus() {
    return "SHOW " + noun + " STATUS";
  }

  String stopReceiver() {
    return "STOP " + noun + " IO_THREAD";
  }

  String startReceiver() {
    return "START " + noun + " IO_THREAD";
  }

  String startApplier() {
    return "START " + noun + " SQL_THREAD";
  }

  /** Needs a stopped applier (MySQL manual, CHANGE REPLICATION SOURCE TO). */
  String endDelay() {
    return this == REPLICA
        ? "CHANGE REPLICATION SOURCE TO SOURCE_DELAY=0"
        : "CHANGE MASTER TO MASTER_DELAY=0";
  }

  String stopApplier() {
    return "STOP " + noun + " SQL_THREAD";
  }

  String stop() {
    return "STOP " + noun;
  }

  String start() {
    return "START " + noun;
  }

  /** Forgets relay logs and positions, but not the source (MySQL manual, RESET REPLICA). */
  String reset() {
    return "RESET " + noun;
  }

  String resetAll() {
    return "RESET " + noun + " ALL";
  }

  /**
   * Follows another source by GTID. Naming only these options keeps credentials, TLS and bind
   * address (MySQL manual, CHANGE REPLICATION SOURCE TO).
   */
  String follow(InstanceKey source) {
    return this == REPLICA
        ? moveReceiver(source) + ", SOURCE_AUTO_POSITION=1"
        : "CHANGE MASTER TO MASTER_HOST="
            + quoted(source.host())
            + ", MASTER_PORT="
            + source.port()
            + ", MASTER_AUTO_POSITION=1";
  }

  /**
   * Whether a replica that follows by GTID can get another source while it applies, which keeps its
   * relay logs and takes it a fifth of the time.
   */
  boolean canMoveReceiver() {
    return this == REPLICA;
  }

  /**
   * Follows another source in the way in which it follows the one before. Only the receiver must
   * stand still (MySQL manual, CHANGE REPLICATION SOURCE TO).
   */
  String moveReceiver(InstanceKey source) {
    return "CHANGE REPLICATION SOURCE TO SOURCE_HOST="
        + quoted(source.host())
        + ", SOURCE_PORT="
        + source.port();
  }

  /**
   * Follows nobody that exists, but keeps the name of its source, its account and its way of
   * replicating; both threads must be stopped.
   */
  String detach(InstanceKey source) {
    String prefix = this == REPLICA ? "SOURCE" : "MASTER";
    return "CHANGE "
        + (this == REPLICA ? "REPLICATION SOURCE" : "MASTER")
        + " TO "
        + prefix
        + "_HOST='//"
        + quoted(source.host()).substring(1)
        + ", "
        + prefix
        + "_PORT="
        + source.port();
  }

  /**
   * Follows another source by GTID with an account.
   *
   * @param publicKey ask the source for its key where the link is not encrypted; MySQL 8.0 on
   * @return with question marks for user and password, in this order
   */
  String followAs(InstanceKey source, boolean publicKey) {
    String prefix = this == REPLICA ? "SOURCE" : "MASTER";
    return follow(source)
        + ", "
        + prefix
        + "_USER=?, "
        + prefix
        + "_PASSWORD=?"
        + (publicKey ? ", GET_" + prefix + "_PUBLIC_KEY=1" : "");
  }

  /** A string literal; these statements take no bound parameters. */
  static String quoted(String text) {
    if (!text.matches("[A-Za-z0-9_.:%-]+")) {
      throw new IllegalArgumentException("no host name: '" + text + "'");
    }
    return "'" + text + "'";
  }
}
