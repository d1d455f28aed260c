package dev.orchestrator.api.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decodes request targets (RFC 3986 §2.1). Any byte may be encoded, line breaks included. */
final class PercentDecoder {
  private PercentDecoder() {}

  /** The decoded path; empty when an escape is broken. A plus sign stays one. */
  static Optional<String> path(String raw) {
    return decode(raw, false);
  }

  /**
   * Query parameters in order of their first occurrence; those with broken escapes are left out.
   */
  static Map<String, List<String>> query(String raw) {
    Map<String, List<String>> found = new LinkedHashMap<>();
    for (String pair : raw.split("&", -1)) {
      int equals = pair.indexOf('=');
      Optional<String> name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
      Optional<String> value = decode(equals < 0 ? "" : pair.substring(equals + 1), true);
      if (!pair.isEmpty() && name.isPresent() && value.isPresent()) {
        found.computeIfAbsent(name.get(), _ -> new ArrayList<>()).add(value.get());
      }
    }
    return found;
  }

  private static Optional<String> decode(String raw, boolean plusIsBlank) {
    byte[] in = raw.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(in.length);
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '%') {
        int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
        int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          return Optional.empty();
        }
        out.write(high * 16 + low);
        i += 2;
      } else {
        out.write(plusIsBlank && in[i] == '+' ? ' ' : in[i]);
      }
    }
    return Optional.of(out.toString(StandardCharsets.UTF_8));
  }
}
