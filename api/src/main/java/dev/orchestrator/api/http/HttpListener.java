package dev.orchestrator.api.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jetty, and the only class that knows its server types: reads requests, writes answers. Each
 * request runs on a virtual thread. Thread-safe.
 *
 * <p>Jetty's default URI compliance refuses what clients of the predecessor send in every
 * begin-downtime (an encoded line break in the path), therefore it is relaxed; this class decodes
 * paths by itself and nothing behind it maps paths to files.
 */
public final class HttpListener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpListener.class);
  private static final Logger access = LoggerFactory.getLogger("dev.orchestrator.api.access");
  private static final int MAX_REQUEST_HEADER_BYTES = 32 * 1024;
  private static final int MAX_RESPONSE_HEADER_BYTES = 32 * 1024;
  private static final int MAX_CONNECTIONS = 4_096;
  private static final int ACCEPT_BACKLOG = 256;
  private static final int MAX_THREADS = 64;
  private static final int MIN_THREADS = 4;
  private static final long IDLE_TIMEOUT_MILLIS = 75_000;

  private final ApiConfig.Listen config;
  private final UnaryHandler answer;
  private final Server server;
  private final ServerConnector connector;

  /** What answers a request. */
  @FunctionalInterface
  public interface UnaryHandler {
    ApiResponse answer(ApiRequest request);
  }

  public HttpListener(ApiConfig.Listen config, UnaryHandler answer) {
    this.config = config;
    this.answer = answer;
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS);
    threads.setName("http-io");
    threads.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("http-"));
    server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setUriCompliance(UriCompliance.UNSAFE);
    http.setRequestHeaderSize(MAX_REQUEST_HEADER_BYTES);
    http.setResponseHeaderSize(MAX_RESPONSE_HEADER_BYTES);
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(config.host().isEmpty() ? null : config.host());
    connector.setPort(config.port());
    connector.setIdleTimeout(IDLE_TIMEOUT_MILLIS);
    connector.setAcceptQueueSize(ACCEPT_BACKLOG);
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, connector));
    server.setErrorHandler(new PlainErrors());
    server.setHandler(new Bridge());
    server.setStopTimeout(0);
  }

  /**
   * Starts to listen.
   *
   * @throws ListenException the address cannot be bound
   */
  public void start() {
    try {
      server.start();
    } catch (Exception e) {
      close();
      throw new ListenException(
          "cannot listen on "
              + (config.host().isEmpty() ? "*" : config.host())
              + ":"
              + config.port()
              + " ("
              + rootMessage(e)
              + "); stop what holds the address or change ListenAddress",
          e);
    }
  }

  /** The port that was bound. */
  public int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      log.warn("http listener did not stop cleanly", e);
    }
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  private final class Bridge extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      long startedNanos = System.nanoTime();
      Optional<ApiRequest> read = read(request);
      ApiResponse found =
          read.isEmpty()
              ? new ApiResponse.Text(400, ApiResponse.PLAIN, "400 Bad Request")
              : answer.answer(read.get());
      Rendered rendered = Rendered.of(found);
      write(rendered, request, response, callback);
      if (access.isDebugEnabled()) {
        access.debug(
            "method={} target={} status={} bytes={} micros={} from={}",
            request.getMethod(),
            request.getHttpURI().getPathQuery(),
            rendered.status,
            rendered.body.length,
            (System.nanoTime() - startedNanos) / 1_000,
            Request.getRemoteAddr(request));
      }
      return true;
    }
  }

  private Optional<ApiRequest> read(Request request) {
    String rawPath = Optional.ofNullable(request.getHttpURI().getPath()).orElse("/");
    String rawQuery = request.getHttpURI().getQuery();
    SortedMap<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (HttpField field : request.getHeaders()) {
      headers
          .computeIfAbsent(field.getName(), _ -> new ArrayList<>())
          .add(Optional.ofNullable(field.getValue()).orElse(""));
    }
    return PercentDecoder.path(rawPath)
        .map(
            path ->
                new ApiRequest(
                    request.getMethod(),
                    path,
                    rawQuery == null ? rawPath : rawPath + "?" + rawQuery,
                    Map.of(),
                    rawQuery == null ? Map.of() : PercentDecoder.query(rawQuery),
                    headers,
                    Request.getRemoteAddr(request)));
  }

  private static void write(
      Rendered rendered, Request request, Response response, Callback callback) {
    response.setStatus(rendered.status);
    for (ApiResponse.HeaderField field : rendered.fields) {
      response.getHeaders().add(field.name(), field.value());
    }
    byte[] body = rendered.body;
    String accepted = request.getHeaders().get(HttpHeader.ACCEPT_ENCODING);
    if (body.length > 0 && accepted != null && accepted.contains("gzip")) {
      body = gzip(body);
      response.getHeaders().put(HttpHeader.CONTENT_ENCODING, "gzip");
      response.getHeaders().put(HttpHeader.VARY, "Accept-Encoding");
    }
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    if (HttpMethod.HEAD.is(request.getMethod())) {
      callback.succeeded();
    } else {
      response.write(true, ByteBuffer.wrap(body), callback);
    }
  }

  private static byte[] gzip(byte[] body) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot compress in memory", e);
    }
    return packed.toByteArray();
  }

  /** An answer as it goes out. */
  private static final class Rendered {
    private final int status;
    private final List<ApiResponse.HeaderField> fields;
    private final byte[] body;

    private Rendered(int status, List<ApiResponse.HeaderField> fields, byte[] body) {
      this.status = status;
      this.fields = fields;
      this.body = body;
    }

    static Rendered of(ApiResponse answer) {
      return switch (answer) {
        case ApiResponse.Bare(int status, Object value) -> json(status, value);
        case ApiResponse.Envelope(int status, boolean ok, String message, Object details) ->
            json(status, envelope(ok, message, details));
        case ApiResponse.Text(int status, String contentType, String body) ->
            new Rendered(status, contentType(contentType), body.getBytes(StandardCharsets.UTF_8));
        case ApiResponse.Relayed(int status, List<ApiResponse.HeaderField> fields, var body) ->
            new Rendered(status, fields, body.bytes());
        case ApiResponse.AtWriting(var late) -> of(late.get());
        case ApiResponse.WithField(ApiResponse inner, ApiResponse.HeaderField field) -> {
          Rendered bare = of(inner);
          List<ApiResponse.HeaderField> more = new ArrayList<>(bare.fields);
          more.add(field);
          yield new Rendered(bare.status, more, bare.body);
        }
        case ApiResponse.ProxyToLeader(var leader) ->
            throw new IllegalStateException("nobody proxied to " + leader);
      };
    }

    private static Map<String, @Nullable Object> envelope(
        boolean ok, String message, @Nullable Object details) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("Code", ok ? "OK" : "ERROR");
      fields.put("Message", message);
      fields.put("Details", details);
      return fields;
    }

    private static Rendered json(int status, @Nullable Object value) {
      return new Rendered(status, contentType(ApiResponse.JSON), Json.bytes(value));
    }

    private static List<ApiResponse.HeaderField> contentType(String value) {
      return List.of(new ApiResponse.HeaderField("Content-Type", value));
    }
  }

  /** What Jetty itself refuses, for example too long a header, is told in plain text. */
  private static final class PlainErrors implements Request.Handler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, ApiResponse.PLAIN);
      Content.Sink.write(response, true, response.getStatus() + " refused\n", callback);
      return true;
    }
  }
}
