package dev.orchestrator.api.routes;

import dev.orchestrator.raft.core.SnapshotProgress;
import dev.orchestrator.raft.group.RaftMetrics;
import dev.orchestrator.raft.metrics.HistogramSnapshot;
import dev.orchestrator.raft.metrics.LinkMetrics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A member's metrics as JSON: counters as they are, times as quantiles in milliseconds. */
final class RaftMetricsJson {
  private static final double MILLIS_PER_SECOND = 1_000;

  private RaftMetricsJson() {}

  static Map<String, Object> of(RaftMetrics metrics) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("Member", metrics.status().self().name());
    json.put("Role", metrics.status().role().name());
    json.put("Term", metrics.status().term());
    json.put("LastIndex", metrics.status().lastIndex());
    json.put("CommitIndex", metrics.status().commitIndex());
    json.put("AppliedIndex", metrics.status().appliedIndex());
    json.put("Voters", metrics.status().voters());
    json.put("ElectionsStarted", metrics.electionsStarted());
    json.put("ElectionsWon", metrics.electionsWon());
    json.put("LeaderChanges", metrics.leaderChanges());
    json.put("Proposals", times(metrics.proposals()));
    json.put("ProposalsFailed", metrics.proposalsFailed());
    json.put("LogSyncs", times(metrics.syncs()));
    json.put(
        "Queues",
        Map.of(
            "Inbox", metrics.queues().inbox(),
            "Writes", metrics.queues().writes(),
            "Apply", metrics.queues().apply(),
            "Proposals", metrics.queues().proposals()));
    json.put("RefusedConnections", metrics.refusedConnections());
    List<Map<String, Object>> links = metrics.links().stream().map(RaftMetricsJson::link).toList();
    json.put("Links", links);
    json.put("Snapshots", metrics.snapshots().stream().map(RaftMetricsJson::snapshot).toList());
    return json;
  }

  private static Map<String, Object> link(LinkMetrics link) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("Peer", link.peer());
    json.put("Connected", link.connected());
    json.put("Connections", link.connections());
    json.put("SentBytes", link.sentBytes());
    json.put("ReceivedBytes", link.receivedBytes());
    json.put("SentMessages", link.sentMessages());
    json.put("ReceivedMessages", link.receivedMessages());
    json.put("DroppedMessages", link.droppedMessages());
    json.put("QueuedBytes", link.queuedBytes());
    json.put("RoundTrips", times(link.roundTrips()));
    return json;
  }

  private static Map<String, Object> snapshot(SnapshotProgress snapshot) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("Peer", snapshot.peer().name());
    json.put("Direction", snapshot.sending() ? "out" : "in");
    json.put("Index", snapshot.index());
    json.put("DoneBytes", snapshot.doneBytes());
    json.put("TotalBytes", snapshot.totalBytes());
    return json;
  }

  private static Map<String, Object> times(HistogramSnapshot times) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("Count", times.count());
    json.put("P50Millis", MILLIS_PER_SECOND * times.quantileSeconds(0.5));
    json.put("P99Millis", MILLIS_PER_SECOND * times.quantileSeconds(0.99));
    json.put("MaxMillis", MILLIS_PER_SECOND * times.quantileSeconds(1));
    return json;
  }
}
