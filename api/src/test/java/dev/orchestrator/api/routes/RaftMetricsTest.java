package dev.orchestrator.api.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.core.SnapshotProgress;
import dev.orchestrator.raft.group.RaftMetrics;
import dev.orchestrator.raft.group.RaftStatus;
import dev.orchestrator.raft.metrics.Histogram;
import dev.orchestrator.raft.metrics.HistogramSnapshot;
import dev.orchestrator.raft.metrics.LinkMetrics;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A member's metrics as text of Prometheus and as JSON. */
class RaftMetricsTest {
  private static final MemberId SELF = new MemberId("node1:10008", 1);
  private static final MemberId PEER = new MemberId("node2:10008", 2);

  /** A sample line of the text format, version 0.0.4. */
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-z_]+)(\\{[a-z]+=\"([^\"\\\\]|\\\\.)*\"(,[a-z]+=\"([^\"\\\\]|\\\\.)*\")*})? \\S+");

  @Test
  void everyLineIsOneOfTheFormatAndEveryFamilyIsDeclaredOnce() {
    Set<String> declared = new HashSet<>();
    for (String line : RaftMetricsText.of(metrics("node2:10008")).split("\n")) {
      if (line.startsWith("# TYPE ")) {
        assertThat(declared.add(line.split(" ")[2])).as(line).isTrue();
      } else if (!line.startsWith("# HELP ")) {
        assertThat(line).matches(SAMPLE);
        String name = line.replaceAll("[{ ].*", "").replaceAll("_(bucket|sum|count)$", "");
        assertThat(declared).as(line).contains(name);
      }
    }
    assertThat(declared)
        .contains(
            "orchestrator_raft_term",
            "orchestrator_raft_proposal_seconds",
            "orchestrator_raft_snapshot_done_bytes");
  }

  @Test
  void bucketsOfAHistogramAddUpAndEndWithAll() {
    String text = RaftMetricsText.of(metrics("node2:10008"));
    long before = 0;
    int buckets = 0;
    for (String line : text.split("\n")) {
      if (line.startsWith("orchestrator_raft_proposal_seconds_bucket")) {
        long upTo = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
        assertThat(upTo).as(line).isGreaterThanOrEqualTo(before);
        before = upTo;
        buckets++;
      }
    }
    assertThat(buckets).isGreaterThan(20);
    assertThat(text)
        .contains("orchestrator_raft_proposal_seconds_bucket{le=\"+Inf\"} 3\n")
        .contains("orchestrator_raft_proposal_seconds_bucket{le=\"1.0E-6\"} 1\n")
        .contains("orchestrator_raft_proposal_seconds_count 3\n")
        .contains("orchestrator_raft_proposal_seconds_sum 1.0020005\n");
  }

  @Test
  void snapshotsOfBothDirectionsAreTold() {
    String text = RaftMetricsText.of(metrics("node2:10008"));
    assertThat(text)
        .contains("snapshot_index{peer=\"node2:10008\",direction=\"out\"} 50\n")
        .contains("snapshot_done_bytes{peer=\"node2:10008\",direction=\"out\"} 1024\n")
        .contains("snapshot_total_bytes{peer=\"node2:10008\",direction=\"out\"} 4096\n")
        .contains("snapshot_done_bytes{peer=\"node2:10008\",direction=\"in\"} 7\n");
    assertThat(RaftMetricsJson.of(metrics("node2:10008")).get("Snapshots"))
        .isEqualTo(
            List.of(
                Map.of(
                    "Peer", "node2:10008",
                    "Direction", "out",
                    "Index", 50L,
                    "DoneBytes", 1_024L,
                    "TotalBytes", 4_096L),
                Map.of(
                    "Peer", "node2:10008",
                    "Direction", "in",
                    "Index", 40L,
                    "DoneBytes", 7L,
                    "TotalBytes", 8L)));
  }

  @Test
  void namesCannotBreakTheFormat() {
    assertThat(RaftMetricsText.of(metrics("a\"b\\c\nd")))
        .contains("link_connected{peer=\"a\\\"b\\\\c\\nd\"} 1\n");
  }

  @Test
  void jsonTellsQuantilesInMilliseconds() {
    assertThat(RaftMetricsJson.of(metrics("node2:10008")).get("Proposals"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("Count", 3L)
        .hasEntrySatisfying("P50Millis", millis -> assertThat((Double) millis).isBetween(2.0, 2.4))
        .hasEntrySatisfying(
            "MaxMillis", millis -> assertThat((Double) millis).isBetween(1_000.0, 1_200.0));
  }

  private static RaftMetrics metrics(String peer) {
    RaftStatus status =
        new RaftStatus(
            SELF,
            RoleName.LEADER,
            3,
            Optional.of(SELF),
            List.of(SELF.name(), PEER.name()),
            Optional.of("cluster"),
            60,
            60,
            61,
            true,
            true,
            List.of(),
            10,
            List.of(
                new SnapshotProgress(PEER, true, 50, 1_024, 4_096),
                new SnapshotProgress(PEER, false, 40, 7, 8)));
    Histogram proposals = new Histogram();
    proposals.record(500);
    proposals.record(2_000_000);
    proposals.record(1_000_000_000);
    LinkMetrics link = new LinkMetrics(peer, true, 1, 2, 3, 4, 5, 6, 7, HistogramSnapshot.empty());
    return new RaftMetrics(
        status,
        2,
        1,
        1,
        proposals.snapshot(),
        0,
        HistogramSnapshot.empty(),
        new RaftMetrics.Queues(1, 2, 3, 4),
        List.of(link),
        9);
  }
}
