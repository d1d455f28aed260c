package dev.orchestrator.api.legacy;

/**
 * Error texts as published: within double quotes, and all but printable ASCII escaped the way the
 * predecessor's language does it (Go, strconv.QuoteToASCII).
 */
final class QuotedText {
  private QuotedText() {}

  /** The quoted text; {@code ""} without quotes for no error. */
  static String of(String text) {
    if (text.isEmpty()) {
      return "";
    }
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints().forEach(c -> append(quoted, c));
    return quoted.append('"').toString();
  }

  private static void append(StringBuilder out, int c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case 7 -> out.append("\\a");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case 11 -> out.append("\\v");
      default -> {
        if (c >= ' ' && c < 0x7f) {
          out.append((char) c);
        } else if (c < 0x80) {
          out.append(String.format("\\x%02x", c));
        } else {
          out.append(String.format(c > 0xffff ? "\\U%08x" : "\\u%04x", c));
        }
      }
    }
  }
}
