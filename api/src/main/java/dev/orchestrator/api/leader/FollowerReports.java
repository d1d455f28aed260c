package dev.orchestrator.api.leader;

import dev.orchestrator.raft.group.RaftStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which members reported to this leader lately that their HTTP side works. Only shown, never
 * decided upon. Reports carry a token that members of the group know in this term, and only voters
 * are kept, so strangers neither lengthen the list nor fill memory. Thread-safe.
 */
public final class FollowerReports {
  /** As upstream: two reports may be missed. */
  private static final Duration KEPT = Duration.ofSeconds(20);

  private static final int TOKEN_BYTES = 4;

  private final Map<String, Instant> reportedAt = new ConcurrentHashMap<>();

  /** What reports of the current term carry: 8 hexadecimal digits. */
  public static String token(RaftStatus status) {
    String text = status.clusterId().orElse("") + "/" + status.term();
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, TOKEN_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Notes a report.
   *
   * @param advertise the member's RaftAdvertise as configured, with or without its port
   * @return whether token and member were right
   */
  public boolean accept(RaftStatus status, String token, String advertise, Instant now) {
    boolean known =
        status.voters().stream()
            .anyMatch(voter -> voter.equals(advertise) || voter.startsWith(advertise + ":"));
    if (!known || !token.equals(token(status))) {
      return false;
    }
    reportedAt.put(advertise, now);
    return true;
  }

  /** Members that reported within the last 20 s, sorted. */
  public List<String> members(Instant now) {
    reportedAt.values().removeIf(at -> at.plus(KEPT).isBefore(now));
    return reportedAt.keySet().stream().sorted().toList();
  }
}
