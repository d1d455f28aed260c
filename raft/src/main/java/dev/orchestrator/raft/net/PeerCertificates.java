package dev.orchestrator.raft.net;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's certificate, key and authorities, as the files hold them: TLS 1.3, a certificate
 * asked of both sides. Files that change are read again; what cannot be used is refused and the
 * former ones stay. Thread-safe.
 */
final class PeerCertificates {
  private static final Logger log = LoggerFactory.getLogger(PeerCertificates.class);
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  /** What the files hold; PEM is text. */
  private record Content(String certificates, String key, String authorities) {
    static Content of(PeerTlsFiles files) throws IOException {
      return new Content(
          read("RaftTLSCertFile", files.certificates()),
          read("RaftTLSKeyFile", files.key()),
          read("RaftTLSCAFile", files.authorities()));
    }

    private static String read(String key, Path file) throws IOException {
      try {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
      } catch (IOException e) {
        throw new IOException(key + " " + file + " cannot be read", e);
      }
    }

    @Override
    public String toString() {
      return "***"; // the key is in it
    }
  }

  /** Contexts of one state of the files. */
  record Contexts(SslContext accepting, SslContext dialling, Instant validUntil) {}

  private final PeerTlsFiles files;
  private final String host;
  private volatile Contexts contexts;
  private Content used;
  private @Nullable Content refused;
  private String complaint = "";

  /**
   * Reads the files.
   *
   * @param host of this member's name; the certificate has to be made for it
   * @throws IOException a file cannot be read or used; the message names it
   */
  PeerCertificates(PeerTlsFiles files, String host) throws IOException {
    this.files = files;
    this.host = host;
    this.used = Content.of(files);
    this.contexts = contexts(used);
    log.info("peer link uses TLS 1.3, certificate valid until {}", contexts.validUntil());
  }

  Contexts contexts() {
    return contexts;
  }

  /** Looks at the files; true if new ones are in use now. Call from one thread. */
  boolean reload() {
    Content now = null;
    try {
      now = Content.of(files);
      if (now.equals(used)) {
        refused = null;
        complaint = "";
        return false;
      }
      if (now.equals(refused)) {
        return false;
      }
      contexts = contexts(now);
      used = now;
      refused = null;
      complaint = "";
      log.info("peer certificates renewed, valid until {}", contexts.validUntil());
      return true;
    } catch (IOException e) {
      refused = now;
      String message = String.valueOf(e.getMessage());
      if (!message.equals(complaint)) {
        complaint = message;
        log.error("new peer certificates are not used, the former ones stay: {}", message, e);
      }
      return false;
    }
  }

  private Contexts contexts(Content content) throws IOException {
    X509Certificate[] chain = chain(content);
    X509Certificate own = chain[0];
    PrivateKey key = key(content, own);
    try {
      SslContext accepting =
          SslContextBuilder.forServer(key, chain)
              .sslProvider(SslProvider.JDK)
              .trustManager(stream(content.authorities()))
              .clientAuth(ClientAuth.REQUIRE)
              .protocols(PROTOCOLS)
              .build();
      SslContext dialling =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.JDK)
              .keyManager(key, chain)
              .trustManager(stream(content.authorities()))
              .protocols(PROTOCOLS)
              // The name is checked by the handshake above TLS, the same way in both directions.
              .endpointIdentificationAlgorithm(null)
              .build();
      return new Contexts(accepting, dialling, own.getNotAfter().toInstant());
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      throw new IOException(
          "RaftTLSCAFile "
              + files.authorities()
              + " and RaftTLSCertFile "
              + files.certificates()
              + " do not work together, need PEM files: "
              + e.getMessage(),
          e);
    }
  }

  /** The member's own certificates; catches what the others would refuse, before they do. */
  private X509Certificate[] chain(Content content) throws IOException {
    String what = "RaftTLSCertFile " + files.certificates();
    X509Certificate[] chain;
    try {
      chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(stream(content.certificates()))
              .stream()
              .map(X509Certificate.class::cast)
              .toArray(X509Certificate[]::new);
      if (chain.length == 0) {
        throw new IOException(what + " holds no certificate");
      }
      chain[0].checkValidity();
    } catch (GeneralSecurityException e) {
      throw new IOException(what + " is not a certificate that is valid now: " + e.getMessage(), e);
    }
    if (!CertificateNames.cover(chain[0], host)) {
      throw new IOException(
          what
              + " is made for "
              + CertificateNames.of(chain[0])
              + "; its subject alternative names must hold this member's host "
              + host);
    }
    return chain;
  }

  /** The private key, proven to belong to the certificate: files are replaced one by one. */
  private PrivateKey key(Content content, X509Certificate certificate) throws IOException {
    String what = "RaftTLSKeyFile " + files.key();
    Matcher pem = KEY.matcher(content.key());
    if (!pem.find()) {
      throw new IOException(
          what
              + " holds no private key in PKCS #8 without a password;"
              + " openssl pkcs8 -topk8 -nocrypt makes one");
    }
    try {
      byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
      PublicKey shown = certificate.getPublicKey();
      PrivateKey key =
          KeyFactory.getInstance(shown.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(encoded));
      if (!belongTogether(key, shown)) {
        throw new IOException(what + " does not belong to RaftTLSCertFile " + files.certificates());
      }
      return key;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(
          what + " is no key for RaftTLSCertFile " + files.certificates() + ": " + e.getMessage(),
          e);
    }
  }

  private static boolean belongTogether(PrivateKey key, PublicKey shown)
      throws GeneralSecurityException {
    String algorithm =
        switch (shown.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> shown.getAlgorithm(); // EdDSA: the signature is named like the key
        };
    byte[] text = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(shown);
    signature.update(text);
    return signature.verify(signed);
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
