package dev.orchestrator.api.leader;

import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import java.io.EOFException;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes a request on to the leader and its answer back, over connections that are kept. A request
 * is sent at most once: a write whose answer is lost may have happened, and only the caller can
 * decide to repeat it. Thread-safe.
 */
public final class LeaderProxy implements AutoCloseable {
  /** Marks a request that a member passed on, with that member's name; stops loops. */
  public static final String FORWARDED_BY = "Orchestrator-Forwarded-By";

  private static final Logger log = LoggerFactory.getLogger(LeaderProxy.class);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(60);
  private static final int MAX_CONNECTIONS = 128;
  private static final int MAX_QUEUED = 256;
  private static final int MAX_ANSWER_BYTES = 128 * 1024 * 1024;
  private static final int MAX_THREADS = 16;
  private static final int MIN_THREADS = 2;

  /** Fields that belong to one connection (RFC 9110 §7.6.1) or that this node writes itself. */
  private static final Set<String> NOT_PASSED_ON =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "content-length",
          "accept-encoding",
          "expect");

  private final String self;
  private final HttpClient client;

  /**
   * @param self name of this member
   */
  public LeaderProxy(String self) {
    this.self = self;
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS);
    threads.setName("leader-proxy");
    threads.setDaemon(true);
    client = new HttpClient(new HttpClientTransportOverHTTP(1));
    client.setExecutor(threads);
    client.setConnectTimeout(CONNECT_TIMEOUT.toMillis());
    client.setAddressResolutionTimeout(CONNECT_TIMEOUT.toMillis());
    client.setIdleTimeout(WRITE_TIMEOUT.plusSeconds(5).toMillis());
    client.setMaxConnectionsPerDestination(MAX_CONNECTIONS);
    client.setMaxRequestsQueuedPerDestination(MAX_QUEUED);
    client.setFollowRedirects(false);
    client.setHttpCookieStore(new HttpCookieStore.Empty());
    client.setUserAgentField(null);
    client.setMaxResponseHeadersSize(32 * 1024);
  }

  /** Starts the client's threads. */
  public void start() {
    try {
      client.start();
      // Otherwise the client unpacks by itself and changes the fields that are passed through.
      client.getContentDecoderFactories().clear();
    } catch (Exception e) {
      throw new IllegalStateException("the client for requests to the leader did not start", e);
    }
  }

  /** Asks the leader and waits for its answer. */
  public ApiResponse forward(ApiRequest request, URI leader, boolean write) {
    AtomicBoolean sent = new AtomicBoolean();
    Duration timeout = write ? WRITE_TIMEOUT : READ_TIMEOUT;
    try {
      return relay(send(request, leader, timeout, sent));
    } catch (ExecutionException e) {
      return failed(leader, write, sent.get(), reason(e.getCause()));
    } catch (TimeoutException e) {
      return failed(leader, write, sent.get(), "no answer within " + timeout.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(leader, write, sent.get(), "this node stops");
    }
  }

  private ContentResponse send(ApiRequest request, URI leader, Duration timeout, AtomicBoolean sent)
      throws ExecutionException, TimeoutException, InterruptedException {
    Request outgoing =
        client
            .newRequest(leader.getHost(), port(leader))
            .scheme(leader.getScheme())
            .method(request.method())
            .path(request.rawTarget())
            .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .onRequestBegin(_ -> sent.set(true))
            .headers(
                fields -> {
                  request
                      .headers()
                      .forEach(
                          (name, values) -> {
                            if (isPassedOn(name)) {
                              values.forEach(value -> fields.add(name, value));
                            }
                          });
                  fields.add("X-Forwarded-For", request.remoteAddress());
                  fields.put(FORWARDED_BY, self);
                });
    return new CompletableResponseListener(outgoing, MAX_ANSWER_BYTES)
        .send()
        // The request has a deadline of its own; this one only catches a client that is stuck.
        .get(timeout.plusSeconds(5).toMillis(), TimeUnit.MILLISECONDS);
  }

  private static ApiResponse relay(ContentResponse answer) {
    List<ApiResponse.HeaderField> fields = new ArrayList<>();
    for (HttpField field : answer.getHeaders()) {
      if (isPassedOn(field.getName()) && !field.is("Date")) {
        fields.add(
            new ApiResponse.HeaderField(
                field.getName(), published(Optional.ofNullable(field.getValue()).orElse(""))));
      }
    }
    return new ApiResponse.Relayed(
        answer.getStatus(), fields, new ApiResponse.Body(answer.getContent()));
  }

  private static ApiResponse failed(URI leader, boolean write, boolean sent, String reason) {
    log.warn("leader did not answer leader={} sent={} reason={}", leader, sent, reason);
    if (write && sent) {
      return ApiResponse.failed(
          504,
          "the request may or may not take effect: it was sent to the leader "
              + leader
              + ", which did not answer ("
              + reason
              + "); look before you repeat it");
    }
    return ApiResponse.failed(
        503, "the leader " + leader + " cannot be reached (" + reason + "); try again");
  }

  private static String reason(@Nullable Throwable cause) {
    return switch (cause) {
      case EOFException _, ClosedChannelException _ -> "it closed the connection";
      case TimeoutException _ -> "it did not answer in time";
      case null -> "unknown failure";
      default -> cause.getClass().getSimpleName() + ": " + cause.getMessage();
    };
  }

  /** Jetty's parser hands out its own spelling of well-known values; clients get the published. */
  private static String published(String value) {
    for (String type : ApiResponse.CONTENT_TYPES) {
      if (type.equalsIgnoreCase(value)) {
        return type;
      }
    }
    return value;
  }

  private static boolean isPassedOn(String name) {
    return !NOT_PASSED_ON.contains(name.toLowerCase(Locale.ROOT));
  }

  private static int port(URI uri) {
    if (uri.getPort() > 0) {
      return uri.getPort();
    }
    return "https".equals(uri.getScheme()) ? 443 : 80;
  }

  @Override
  public void close() {
    try {
      client.stop();
    } catch (Exception e) {
      log.warn("the client for requests to the leader did not stop cleanly", e);
    }
  }
}
