package dev.orchestrator.store.sql;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * The key stores that the driver wants, made of the PEM files that people have. They lie in a
 * folder of this user alone, encrypted with a password that only this process knows. Thread-safe.
 */
final class TlsStores implements AutoCloseable {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN (RSA )?PRIVATE KEY-----(.*?)-----END", Pattern.DOTALL);

  /** DER of version 0 and rsaEncryption (RFC 8017 A.1), which PKCS#8 puts before a PKCS#1 key. */
  private static final byte[] RSA = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

  private final MySqlBackend.Tls files;
  private final Path folder;
  private final String password;

  private TlsStores(MySqlBackend.Tls files, Path folder, String password) {
    this.files = files;
    this.folder = folder;
    this.password = password;
  }

  /**
   * Reads the files.
   *
   * @throws StoreException one cannot be read or understood; the message names it and its key
   */
  static TlsStores of(MySqlBackend.Tls files) {
    byte[] secret = new byte[16];
    new SecureRandom().nextBytes(secret);
    Path folder;
    try {
      folder = Files.createTempDirectory("orchestrator-tls");
    } catch (IOException e) {
      throw new StoreException("cannot make a folder for TLS keys in the temporary folder", e);
    }
    TlsStores stores = new TlsStores(files, folder, HexFormat.of().formatHex(secret));
    try {
      if (!files.caFile().isEmpty()) {
        stores.writeAuthorities();
      }
      if (!files.certFile().isEmpty() || !files.keyFile().isEmpty()) {
        stores.writeOwn();
      }
      return stores;
    } catch (IOException | GeneralSecurityException e) {
      stores.close();
      throw new StoreException("cannot write key stores to " + folder, e);
    } catch (StoreException e) {
      stores.close();
      throw e;
    }
  }

  private void writeAuthorities() throws IOException, GeneralSecurityException {
    KeyStore store = empty();
    int number = 0;
    for (Certificate authority : certificates("MySQLOrchestratorSSLCAFile", files.caFile())) {
      store.setCertificateEntry("ca-" + number, authority);
      number++;
    }
    write(store, authorities());
  }

  private void writeOwn() throws IOException, GeneralSecurityException {
    KeyStore store = empty();
    List<Certificate> chain = certificates("MySQLOrchestratorSSLCertFile", files.certFile());
    store.setKeyEntry(
        "own",
        privateKey("MySQLOrchestratorSSLPrivateKeyFile", files.keyFile()),
        password.toCharArray(),
        chain.toArray(new Certificate[0]));
    write(store, own());
  }

  private Path authorities() {
    return folder.resolve("authorities.p12");
  }

  private Path own() {
    return folder.resolve("own.p12");
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private void write(KeyStore store, Path file) throws IOException, GeneralSecurityException {
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, password.toCharArray());
    }
  }

  private static List<Certificate> certificates(String key, String file) {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      List<Certificate> found =
          List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
      if (found.isEmpty()) {
        throw new StoreException(key + " " + file + " holds no certificate; name a PEM file");
      }
      return found;
    } catch (IOException | GeneralSecurityException e) {
      throw new StoreException(key + " " + file + " cannot be read; name a PEM file", e);
    }
  }

  private static PrivateKey privateKey(String key, String file) {
    try {
      Matcher text = KEY.matcher(Files.readString(Path.of(file), StandardCharsets.US_ASCII));
      if (!text.find()) {
        throw new StoreException(
            key + " " + file + " holds no unencrypted private key; name a PEM file that does");
      }
      byte[] der = Base64.getMimeDecoder().decode(text.group(2));
      PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(text.group(1) == null ? der : pkcs8(der));
      try {
        return KeyFactory.getInstance("RSA").generatePrivate(spec);
      } catch (InvalidKeySpecException _) {
        return KeyFactory.getInstance("EC").generatePrivate(spec);
      }
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new StoreException(key + " " + file + " cannot be read; name a PEM file", e);
    }
  }

  /** PKCS#8 (RFC 5208): a sequence of version, algorithm and the key as an octet string. */
  private static byte[] pkcs8(byte[] pkcs1) {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    inner.writeBytes(RSA);
    inner.writeBytes(tagged(0x04, pkcs1));
    return tagged(0x30, inner.toByteArray());
  }

  /** Tag, length in three bytes (good up to 64 KiB), content. */
  private static byte[] tagged(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        new byte[] {(byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length});
    out.writeBytes(content);
    return out.toByteArray();
  }

  /** Adds what the driver must know. */
  void addTo(Properties properties) {
    properties.setProperty("sslMode", files.skipVerify() ? "REQUIRED" : "VERIFY_IDENTITY");
    if (!files.caFile().isEmpty()) {
      properties.setProperty("trustCertificateKeyStoreUrl", authorities().toUri().toString());
      properties.setProperty("trustCertificateKeyStoreType", "PKCS12");
      properties.setProperty("trustCertificateKeyStorePassword", password);
    }
    if (!files.certFile().isEmpty() || !files.keyFile().isEmpty()) {
      properties.setProperty("clientCertificateKeyStoreUrl", own().toUri().toString());
      properties.setProperty("clientCertificateKeyStoreType", "PKCS12");
      properties.setProperty("clientCertificateKeyStorePassword", password);
    }
  }

  @Override
  public void close() {
    for (Path path : List.of(authorities(), own(), folder)) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        LoggerFactory.getLogger(TlsStores.class).warn("cannot delete {}: {}", path, e.getMessage());
      }
    }
  }
}
