package dev.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.ConfigReload;
import dev.orchestrator.probe.ProbeException;
import dev.orchestrator.probe.recovery.RecoveryOrders;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;

/** Builds and asks API servers on loopback. */
final class TestApi {
  private TestApi() {}

  static ApiConfig config(String prefix) {
    return config(prefix, URI.create("http://own.example:3000"));
  }

  static ApiConfig config(String prefix, URI own) {
    return new ApiConfig(
        new ApiConfig.Listen("127.0.0.1", 0, prefix, own, 64),
        new ApiConfig.Node(
            "1.0-test", "box1", "sqlite3", "10.0.0.1", "node1.example", "orchestrator"),
        new ApiConfig.Fleet(
            3306,
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(20),
            List.of("^ignored[.]"),
            List.of(".*"),
            List.of(),
            List.of("lab")),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        false);
  }

  /** Services of a node without data. */
  static ApiServices services(FakeNode node) {
    return new ApiServices(
        null,
        null,
        (key, _) -> {
          throw new ProbeException("cannot read " + key);
        },
        _ -> {},
        (_, _) -> true,
        noOrders(),
        node,
        node,
        node::status,
        noReload(),
        Clock.systemUTC());
  }

  /** For tests in which nobody orders anything. */
  static Supplier<RecoveryOrders> noOrders() {
    return () -> {
      throw new IllegalStateException("nobody takes orders here");
    };
  }

  static ApiServer start(FakeNode node) {
    return start(config(""), services(node));
  }

  static ApiServer start(ApiConfig config, ApiServices services) {
    ApiServer server = new ApiServer(config, services);
    server.start();
    return server;
  }

  static ConfigReload noReload() {
    return () -> new ConfigReload.Result.Refused("no files here");
  }

  static ApiServices withoutRaft(ApiServices of) {
    return new ApiServices(
        of.database(),
        of.fleet(),
        of.visitor(),
        of.forget(),
        of.recoversPrimaryOf(),
        of.orders(),
        of.replicator(),
        of.leadership(),
        Optional::empty,
        noReload(),
        of.clock());
  }

  /** An answer as it came over the wire. */
  record Answer(int status, String head, String body) {
    String field(String name) {
      return head.lines()
          .filter(line -> line.toLowerCase().startsWith(name.toLowerCase() + ":"))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }
  }

  /** GET with the path exactly as given, and header lines. */
  static Answer get(ApiServer server, String rawPath, String... fields) {
    String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
    return raw(
        server,
        "GET "
            + rawPath
            + " HTTP/1.1\r\nHost: test.example\r\nConnection: close\r\n"
            + more
            + "\r\n");
  }

  /** Sends bytes, reads until the server closes. */
  static Answer raw(ApiServer server, String request) {
    byte[] bytes = rawBytes(server, request);
    String text = new String(bytes, StandardCharsets.UTF_8);
    int end = text.indexOf("\r\n\r\n");
    String head = text.substring(0, end);
    return new Answer(Integer.parseInt(head.split(" ", 3)[1]), head, text.substring(end + 4));
  }

  /** Asks for gzip, checks that the answer says so once, and unpacks it once. */
  static String gunzipped(ApiServer server, String path) {
    byte[] bytes =
        rawBytes(
            server,
            "GET "
                + path
                + " HTTP/1.1\r\nHost: x\r\nAccept-Encoding: deflate, gzip\r\n"
                + "Connection: close\r\n\r\n");
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    List<String> fields = text.substring(0, end).toLowerCase(Locale.ROOT).lines().toList();
    assertThat(fields).containsOnlyOnce("content-encoding: gzip", "vary: accept-encoding");
    byte[] packed = Arrays.copyOfRange(bytes, end + 4, bytes.length);
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError("not packed: " + text, e);
    }
  }

  static byte[] rawBytes(ApiServer server, String request) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", server.port()), 2_000);
      socket.setSoTimeout(70_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      socket.getInputStream().transferTo(answer);
      return answer.toByteArray();
    } catch (IOException e) {
      throw new AssertionError("no answer to " + request, e);
    }
  }
}
