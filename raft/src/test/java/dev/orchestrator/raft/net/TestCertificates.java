package dev.orchestrator.raft.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;

/** A certificate authority for tests: X.509 v3 by hand (RFC 5280), P-256, ECDSA with SHA-256. */
public final class TestCertificates {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final byte[] ECDSA_SHA256 =
      sequence(bytes(0x06, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02));

  private final String name;
  private final KeyPair keys = newKeys();

  /** A new authority of this name. */
  public TestCertificates(String name) {
    this.name = name;
  }

  /** The authority's own certificate as PEM. */
  String authority() {
    Instant now = Instant.now();
    byte[] isAuthority =
        sequence(
            bytes(0x06, 0x55, 0x1D, 0x13),
            bytes(0x01, 0xFF),
            tagged(0x04, sequence(bytes(0x01, 0xFF))));
    return pem(
        "CERTIFICATE",
        signed(name, keys, now.minusSeconds(3600), now.plusSeconds(86_400), isAuthority));
  }

  /** Writes key and certificate for a host, and this authority, as a member needs them. */
  public PeerTlsFiles issue(Path folder, String host) {
    Instant now = Instant.now();
    return issue(folder, host, now.minusSeconds(3600), now.plusSeconds(86_400));
  }

  /** As {@link #issue(Path, String)}, trusting these authorities. */
  PeerTlsFiles issue(Path folder, String host, String authorities) {
    Instant now = Instant.now();
    return issue(folder, host, authorities, now.minusSeconds(3600), now.plusSeconds(86_400));
  }

  /** As {@link #issue(Path, String)}, valid in this time. */
  PeerTlsFiles issue(Path folder, String host, Instant from, Instant until) {
    return issue(folder, host, authority(), from, until);
  }

  private PeerTlsFiles issue(
      Path folder, String host, String authorities, Instant from, Instant until) {
    KeyPair own = newKeys();
    byte[] alternative = sequence(bytes(0x06, 0x55, 0x1D, 0x11), tagged(0x04, sequence(san(host))));
    PeerTlsFiles files =
        new PeerTlsFiles(
            folder.resolve("cert.pem"), folder.resolve("key.pem"), folder.resolve("ca.pem"));
    write(files.key(), pem("PRIVATE KEY", own.getPrivate().getEncoded()));
    write(files.authorities(), authorities);
    write(files.certificates(), pem("CERTIFICATE", signed(host, own, from, until, alternative)));
    return files;
  }

  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Path next = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(next, text);
      Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] san(String host) {
    try {
      return host.matches("[0-9.]+")
          ? tagged(0x87, InetAddress.getByName(host).getAddress())
          : tagged(0x82, host.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] signed(String subject, KeyPair of, Instant from, Instant until, byte[] extension) {
    byte[] toSign =
        sequence(
            tagged(0xA0, bytes(0x02, 2)),
            tagged(0x02, new BigInteger(63, new SecureRandom()).add(BigInteger.ONE).toByteArray()),
            ECDSA_SHA256,
            commonName(name),
            sequence(time(from), time(until)),
            commonName(subject),
            of.getPublic().getEncoded(),
            tagged(0xA3, sequence(extension)));
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(toSign);
      byte[] bits = concat(new byte[] {0}, signature.sign());
      return sequence(toSign, ECDSA_SHA256, tagged(0x03, bits));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] time(Instant instant) {
    return tagged(0x18, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] commonName(String text) {
    byte[] value = tagged(0x0C, text.getBytes(StandardCharsets.UTF_8));
    return sequence(tagged(0x31, sequence(bytes(0x06, 0x55, 0x04, 0x03), value)));
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String type, byte[] content) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
  }

  private static byte[] sequence(byte[]... parts) {
    return tagged(0x30, concat(parts));
  }

  /** A primitive: its tag, then its short content. */
  private static byte[] bytes(int tag, int... content) {
    byte[] raw = new byte[content.length];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) content[i];
    }
    return tagged(tag, raw);
  }

  private static byte[] tagged(int tag, byte[] content) {
    int length = content.length;
    byte[] head;
    if (length < 0x80) {
      head = new byte[] {(byte) tag, (byte) length};
    } else if (length < 0x100) {
      head = new byte[] {(byte) tag, (byte) 0x81, (byte) length};
    } else {
      head = new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    }
    return concat(head, content);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
