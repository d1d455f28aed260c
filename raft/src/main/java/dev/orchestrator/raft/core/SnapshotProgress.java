package dev.orchestrator.raft.core;

/**
 * How far a snapshot has come on its way between two members. Immutable.
 *
 * @param peer the receiver if this member sends, else the sender
 * @param sending whether this member sends it
 * @param index last entry in the snapshot
 * @param doneBytes bytes the receiver has on its disk
 * @param totalBytes size of the snapshot
 */
public record SnapshotProgress(
    MemberId peer, boolean sending, long index, long doneBytes, long totalBytes) {}
