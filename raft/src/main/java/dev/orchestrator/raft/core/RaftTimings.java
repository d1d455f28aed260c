package dev.orchestrator.raft.core;

/**
 * Time limits in milliseconds. The defaults bear round trips of 150 ms, 2 % loss and stalls of 500
 * ms without an election. Immutable.
 *
 * @param heartbeatMillis how often a leader sends to each follower at least
 * @param electionMinMillis a follower that heard a leader this recently votes for nobody else
 * @param electionMaxMillis election timeouts are drawn evenly from min to max; a leader without
 *     contact to a majority for max steps down
 */
public record RaftTimings(long heartbeatMillis, long electionMinMillis, long electionMaxMillis) {
  /** For a LAN and for a WAN alike. */
  public static final RaftTimings DEFAULT = new RaftTimings(150, 750, 1500);

  public RaftTimings {
    if (heartbeatMillis <= 0
        || electionMinMillis <= 2 * heartbeatMillis
        || electionMaxMillis <= electionMinMillis) {
      throw new IllegalArgumentException(
          "need 0 < 2 * heartbeat < electionMin < electionMax, got "
              + heartbeatMillis
              + ", "
              + electionMinMillis
              + ", "
              + electionMaxMillis);
    }
  }

  /** Contact to a majority older than this is too old for leader-check: 0.9 of electionMin. */
  public long leaderCheckMillis() {
    return electionMinMillis * 9 / 10;
  }
}
