package dev.orchestrator.raft.metrics;

/**
 * The link to one other member: one connection out, one in. Counters begin with the process.
 * Immutable.
 *
 * @param peer the other member's name
 * @param connected whether the connection out is open
 * @param connections times that it was opened
 * @param sentBytes bytes of frames handed to the connection out
 * @param receivedBytes bytes of frames that came in, on both connections
 * @param sentMessages Raft messages sent
 * @param receivedMessages Raft messages received
 * @param droppedMessages Raft messages that found no open or no writable connection
 * @param queuedBytes bytes waiting to be written
 * @param roundTrips time from ping to pong
 */
public record LinkMetrics(
    String peer,
    boolean connected,
    long connections,
    long sentBytes,
    long receivedBytes,
    long sentMessages,
    long receivedMessages,
    long droppedMessages,
    long queuedBytes,
    HistogramSnapshot roundTrips) {}
