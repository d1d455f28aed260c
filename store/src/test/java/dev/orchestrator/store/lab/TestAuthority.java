package dev.orchestrator.store.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A certificate authority of a test, made by the JDK's keytool.
 *
 * @param folder for its files
 * @param name of its files and its subject
 */
public record TestAuthority(Path folder, String name) {
  private static final String SECRET = "only-a-test";

  /** Makes the authority. */
  public static TestAuthority make(Path folder, String name) {
    TestAuthority authority = new TestAuthority(folder, name);
    authority.makeKey(name, "-ext", "bc:c");
    authority.keytool(
        name, "-exportcert", "-rfc", "-alias", name, "-file", authority.file().toString());
    return authority;
  }

  /** Its own certificate. */
  public Path file() {
    return folder.resolve(name + ".pem");
  }

  /**
   * Makes a server's key and certificate, in {@code <server>-key.pem} and {@code <server>.pem}.
   *
   * @param address that the certificate is good for
   */
  public void sign(String server, String address) {
    Path request = folder.resolve(server + ".csr");
    makeKey(server);
    keytool(server, "-certreq", "-alias", server, "-file", request.toString());
    keytool(
        name,
        "-gencert",
        "-rfc",
        "-alias",
        name,
        "-infile",
        request.toString(),
        "-outfile",
        folder.resolve(server + ".pem").toString(),
        "-ext",
        "san=ip:" + address,
        "-validity",
        "2");
    try (InputStream in = Files.newInputStream(folder.resolve(server + ".p12"))) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, SECRET.toCharArray());
      byte[] key = store.getKey(server, SECRET.toCharArray()).getEncoded();
      Files.writeString(
          folder.resolve(server + "-key.pem"),
          "-----BEGIN PRIVATE KEY-----\n"
              + Base64.getMimeEncoder().encodeToString(key)
              + "\n-----END PRIVATE KEY-----\n");
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void makeKey(String owner, String... more) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("-genkeypair", "-alias", owner, "-keyalg", "RSA", "-keysize", "2048"));
    words.addAll(List.of("-validity", "2", "-dname", "CN=" + owner));
    words.addAll(List.of(more));
    keytool(owner, words.toArray(String[]::new));
  }

  private void keytool(String store, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(words));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", SECRET, "-keystore"));
    command.add(folder.resolve(store + ".p12").toString());
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("keytool.log").toFile())
              .start();
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(
            command + ": " + Files.readString(folder.resolve("keytool.log")));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
