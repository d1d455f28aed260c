package dev.orchestrator.raft.net;

import java.time.Duration;
import java.util.Optional;

/**
 * How the links to the other members are made. Immutable.
 *
 * @param tls certificates; empty for plain text
 * @param resolver finds addresses
 * @param tlsCheck how often the certificate files are looked at
 * @param tlsRenew how long a connection may last that was made with former certificates
 */
public record LinkOptions(
    Optional<PeerTlsFiles> tls, NameResolver resolver, Duration tlsCheck, Duration tlsRenew) {
  /** Plain text, the system's resolver. */
  public static final LinkOptions PLAIN = of(Optional.empty());

  /** With the system's resolver. */
  public static LinkOptions of(Optional<PeerTlsFiles> tls) {
    return new LinkOptions(tls, NameResolver.SYSTEM, Duration.ofSeconds(3), Duration.ofSeconds(30));
  }
}
