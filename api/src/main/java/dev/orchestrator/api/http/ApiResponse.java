package dev.orchestrator.api.http;

import java.net.URI;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An answer, free of any server's types. */
public sealed interface ApiResponse {
  /** Content type of JSON, as published. */
  String JSON = "application/json; charset=UTF-8";

  /** Content type of pages, as published. */
  String HTML = "text/html; charset=UTF-8";

  /** Content type of bare text, as published. */
  String PLAIN = "text/plain; charset=utf-8";

  /** All of them. */
  List<String> CONTENT_TYPES = List.of(JSON, HTML, PLAIN);

  /** Bare JSON: the value itself. */
  record Bare(int status, @Nullable Object value) implements ApiResponse {}

  /** JSON envelope of code, message and details. */
  record Envelope(int status, boolean ok, String message, @Nullable Object details)
      implements ApiResponse {}

  /** Text as it is, for example HTML. */
  record Text(int status, String contentType, String body) implements ApiResponse {}

  /** Another node's answer, passed through with its header fields (name, value). */
  record Relayed(int status, List<HeaderField> fields, Body body) implements ApiResponse {}

  /** The same answer with one more header field. */
  record WithField(ApiResponse answer, HeaderField field) implements ApiResponse {}

  /** Evaluated at the last moment, when the answer is written. */
  record AtWriting(Supplier<ApiResponse> answer) implements ApiResponse {}

  /** Nothing happened here; the leader shall answer. */
  record ProxyToLeader(URI leader) implements ApiResponse {}

  /** A header field. */
  record HeaderField(String name, String value) {}

  /** Bytes of a relayed answer, not copied. */
  final class Body {
    private final byte[] bytes;

    public Body(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /** 200 with the bare value. */
  static ApiResponse bare(@Nullable Object value) {
    return new Bare(200, value);
  }

  /** 200 with an OK envelope. */
  static ApiResponse ok(String message, @Nullable Object details) {
    return new Envelope(200, true, message, details);
  }

  /** An ERROR envelope. */
  static ApiResponse failed(int status, String message) {
    return new Envelope(status, false, message, null);
  }

  /** What an unknown path gets. */
  static ApiResponse notFound() {
    return new Text(404, PLAIN, "404 page not found\n");
  }
}
