package dev.orchestrator.api.routes;

import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.core.SnapshotProgress;
import dev.orchestrator.raft.group.RaftMetrics;
import dev.orchestrator.raft.group.RaftStatus;
import dev.orchestrator.raft.metrics.HistogramSnapshot;
import dev.orchestrator.raft.metrics.LinkMetrics;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** A member's metrics in the text format of Prometheus, version 0.0.4. Confined to one thread. */
final class RaftMetricsText {
  private static final String PREFIX = "orchestrator_raft_";

  /** Of the buckets of a histogram one per doubling is shown. */
  private static final int BUCKET_STEP = 4;

  private final StringBuilder out = new StringBuilder();

  private RaftMetricsText() {}

  static String of(RaftMetrics metrics) {
    RaftMetricsText text = new RaftMetricsText();
    text.status(metrics.status());
    text.counter("elections_started_total", "Elections in which this member stood.");
    text.value("elections_started_total", "", metrics.electionsStarted());
    text.counter("elections_won_total", "Elections that this member won.");
    text.value("elections_won_total", "", metrics.electionsWon());
    text.counter("leader_changes_total", "Leaders that this member has seen begin.");
    text.value("leader_changes_total", "", metrics.leaderChanges());
    text.head("proposal_seconds", "histogram", "From a proposal to its answer, if applied.");
    text.histogram("proposal_seconds", "", metrics.proposals());
    text.counter("proposals_failed_total", "Proposals that were refused or of unknown outcome.");
    text.value("proposals_failed_total", "", metrics.proposalsFailed());
    text.head("log_sync_seconds", "histogram", "Writes to the log with their sync.");
    text.histogram("log_sync_seconds", "", metrics.syncs());
    text.gauge("queue_length", "What waits in this member.");
    text.value("queue_length", "queue=\"inbox\"", metrics.queues().inbox());
    text.value("queue_length", "queue=\"writes\"", metrics.queues().writes());
    text.value("queue_length", "queue=\"apply\"", metrics.queues().apply());
    text.value("queue_length", "queue=\"proposals\"", metrics.queues().proposals());
    text.counter("refused_connections_total", "Connections of peers that were refused.");
    text.value("refused_connections_total", "", metrics.refusedConnections());
    text.links(metrics);
    text.snapshots(metrics.snapshots());
    return text.out.toString();
  }

  private void status(RaftStatus status) {
    gauge("role", "1 for the role that this member has.");
    for (RoleName role : RoleName.values()) {
      String label = "role=\"" + role.name().toLowerCase(Locale.ROOT) + "\"";
      value("role", label, role == status.role() ? 1 : 0);
    }
    gauge("leader_ready", "1 while this member leads and has applied its first entry.");
    value("leader_ready", "", status.leaderReady() ? 1 : 0);
    gauge("part_of_quorum", "1 while this member votes and hears a leader.");
    value("part_of_quorum", "", status.partOfQuorum() ? 1 : 0);
    gauge("voters", "Voting members of the group.");
    value("voters", "", status.voters().size());
    gauge("term", "Current term.");
    value("term", "", status.term());
    gauge("last_index", "Last entry of the log.");
    value("last_index", "", status.lastIndex());
    gauge("commit_index", "Last entry known to be committed.");
    value("commit_index", "", status.commitIndex());
    gauge("applied_index", "Last entry that the state machine has.");
    value("applied_index", "", status.appliedIndex());
  }

  private void links(RaftMetrics metrics) {
    gauge("link_connected", "1 while the connection to this peer is open.");
    each(metrics, "link_connected", link -> link.connected() ? 1 : 0);
    counter("link_connections_total", "Times that the connection was opened.");
    each(metrics, "link_connections_total", LinkMetrics::connections);
    counter("link_sent_bytes_total", "Bytes of frames sent.");
    each(metrics, "link_sent_bytes_total", LinkMetrics::sentBytes);
    counter("link_received_bytes_total", "Bytes of frames received.");
    each(metrics, "link_received_bytes_total", LinkMetrics::receivedBytes);
    counter("link_sent_messages_total", "Raft messages sent.");
    each(metrics, "link_sent_messages_total", LinkMetrics::sentMessages);
    counter("link_received_messages_total", "Raft messages received.");
    each(metrics, "link_received_messages_total", LinkMetrics::receivedMessages);
    counter("link_dropped_messages_total", "Raft messages that found no way out.");
    each(metrics, "link_dropped_messages_total", LinkMetrics::droppedMessages);
    gauge("link_queued_bytes", "Bytes that wait to be written.");
    each(metrics, "link_queued_bytes", LinkMetrics::queuedBytes);
    head("link_round_trip_seconds", "histogram", "From ping to pong.");
    for (LinkMetrics link : metrics.links()) {
      histogram("link_round_trip_seconds", label(link), link.roundTrips());
    }
  }

  private void snapshots(List<SnapshotProgress> snapshots) {
    gauge("snapshot_index", "Last entry of the snapshot that is on its way to or from this peer.");
    each(snapshots, "snapshot_index", SnapshotProgress::index);
    gauge("snapshot_done_bytes", "Bytes of it that the receiver has.");
    each(snapshots, "snapshot_done_bytes", SnapshotProgress::doneBytes);
    gauge("snapshot_total_bytes", "Its size.");
    each(snapshots, "snapshot_total_bytes", SnapshotProgress::totalBytes);
  }

  private void each(
      List<SnapshotProgress> snapshots, String name, ToLongFunction<SnapshotProgress> valueOf) {
    for (SnapshotProgress snapshot : snapshots) {
      String direction = snapshot.sending() ? "out" : "in";
      String labels = peer(snapshot.peer().name()) + ",direction=\"" + direction + "\"";
      value(name, labels, valueOf.applyAsLong(snapshot));
    }
  }

  private void each(RaftMetrics metrics, String name, ToLongFunction<LinkMetrics> valueOf) {
    metrics.links().forEach(link -> value(name, label(link), valueOf.applyAsLong(link)));
  }

  private static String label(LinkMetrics link) {
    return peer(link.peer());
  }

  private static String peer(String name) {
    return "peer=\"" + escaped(name) + "\"";
  }

  /** As the format demands: backslash, quote, end of line. */
  static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  private void counter(String name, String help) {
    head(name, "counter", help);
  }

  private void gauge(String name, String help) {
    head(name, "gauge", help);
  }

  private void head(String name, String type, String help) {
    out.append("# HELP ").append(PREFIX).append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(PREFIX).append(name).append(' ').append(type).append('\n');
  }

  private void histogram(String name, String label, HistogramSnapshot times) {
    String labels = label.isEmpty() ? "" : label + ",";
    long upTo = 0;
    for (int bucket = 0; bucket < times.buckets() - 1; bucket++) {
      upTo += times.countIn(bucket);
      if (bucket % BUCKET_STEP == 0) {
        String bound = "le=\"" + times.upperBoundSeconds(bucket) + "\"";
        value(name + "_bucket", labels + bound, upTo);
      }
    }
    value(name + "_bucket", labels + "le=\"+Inf\"", times.count());
    line(name + "_sum", label, Double.toString(times.sumSeconds()));
    value(name + "_count", label, times.count());
  }

  private void value(String name, String label, long value) {
    line(name, label, Long.toString(value));
  }

  private void line(String name, String label, String value) {
    out.append(PREFIX).append(name);
    if (!label.isEmpty()) {
      out.append('{').append(label).append('}');
    }
    out.append(' ').append(value).append('\n');
  }
}
