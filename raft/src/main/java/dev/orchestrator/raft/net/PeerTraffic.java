package dev.orchestrator.raft.net;

import dev.orchestrator.raft.metrics.Histogram;
import dev.orchestrator.raft.metrics.LinkMetrics;
import java.util.concurrent.atomic.LongAdder;

/** What went over the link to one member, whatever connections it had. Thread-safe. */
final class PeerTraffic {
  final LongAdder connections = new LongAdder();
  final LongAdder sentBytes = new LongAdder();
  final LongAdder receivedBytes = new LongAdder();
  final LongAdder sentMessages = new LongAdder();
  final LongAdder receivedMessages = new LongAdder();
  final LongAdder droppedMessages = new LongAdder();
  final Histogram roundTrips = new Histogram();

  LinkMetrics metrics(String peer, boolean connected, long queuedBytes) {
    return new LinkMetrics(
        peer,
        connected,
        connections.sum(),
        sentBytes.sum(),
        receivedBytes.sum(),
        sentMessages.sum(),
        receivedMessages.sum(),
        droppedMessages.sum(),
        queuedBytes,
        roundTrips.snapshot());
  }
}
