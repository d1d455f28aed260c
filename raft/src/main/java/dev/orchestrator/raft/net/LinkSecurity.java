package dev.orchestrator.raft.net;

import io.netty.channel.Channel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * TLS on the peer link, or none: puts it into new connections and says whether the name that a peer
 * gives is the one its certificate was made for (rule I1). Thread-safe.
 *
 * @param certificates null for plain text
 */
record LinkSecurity(@Nullable PeerCertificates certificates) {
  /** Begins TLS on a connection that came in. */
  void accept(Channel channel) {
    PeerCertificates own = certificates;
    if (own != null) {
      begin(channel, own.contexts().accepting());
    }
  }

  /** Begins TLS on a connection that goes out. */
  void dial(Channel channel) {
    PeerCertificates own = certificates;
    if (own != null) {
      begin(channel, own.contexts().dialling());
    }
  }

  private static void begin(Channel channel, SslContext context) {
    SslHandler handler = context.newHandler(channel.alloc());
    handler.setHandshakeTimeoutMillis(FrameLimits.HANDSHAKE_MILLIS);
    channel.pipeline().addLast("tls", handler);
  }

  /** Why the peer on this connection cannot be the member of this name; empty if it can. */
  Optional<String> refusal(Channel channel, String name) {
    if (certificates == null) {
      return Optional.empty();
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    try {
      Certificate shown = tls == null ? null : tls.engine().getSession().getPeerCertificates()[0];
      if (shown instanceof X509Certificate certificate) {
        return CertificateNames.cover(certificate, HostPort.parse(name).host())
            ? Optional.empty()
            : Optional.of(
                "calls itself "
                    + name
                    + ", but its certificate is made for "
                    + CertificateNames.of(certificate));
      }
    } catch (SSLPeerUnverifiedException e) {
      return Optional.of("shows no certificate: " + e.getMessage());
    }
    return Optional.of("shows no certificate");
  }

  /** What a failed connection tells of its peer; empty for one that merely broke. */
  static Optional<String> reason(Throwable failure) {
    Throwable cause =
        failure instanceof DecoderException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case NotSslRecordException _ ->
          Optional.of(
              "it speaks plain text, but this member demands TLS: set RaftTLSCertFile,"
                  + " RaftTLSKeyFile and RaftTLSCAFile on all members or on none");
      case SSLException tls -> Optional.of("TLS failed: " + innermost(tls));
      case IllegalArgumentException broken -> Optional.of(String.valueOf(broken.getMessage()));
      default -> Optional.empty();
    };
  }

  private static String innermost(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
