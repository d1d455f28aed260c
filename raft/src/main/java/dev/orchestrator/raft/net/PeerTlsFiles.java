package dev.orchestrator.raft.net;

import java.nio.file.Path;

/**
 * Where this member's identity on the peer link is kept: PEM files, read again when they change.
 * Immutable.
 *
 * @param certificates this member's certificate, then the intermediate ones; its subject
 *     alternative names hold the host of the member's name
 * @param key its private key, PKCS #8, not encrypted
 * @param authorities certificates of the authorities that sign members' certificates; this file
 *     decides who is trusted
 */
public record PeerTlsFiles(Path certificates, Path key, Path authorities) {}
