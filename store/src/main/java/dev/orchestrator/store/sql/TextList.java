package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.InstanceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lists and maps in one text column: each item ends with a newline, so that the empty list and the
 * list of one empty text differ. Backslash, newline and (in names of a map) the equals sign are
 * escaped. A map is written in the order of its names: the same map is the same text on every node.
 */
final class TextList {
  private TextList() {}

  static String join(List<String> items) {
    StringBuilder text = new StringBuilder();
    for (String item : items) {
      text.append(escape(item)).append('\n');
    }
    return text.toString();
  }

  static List<String> split(String text) {
    List<String> items = new ArrayList<>();
    int start = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      items.add(unescape(text.substring(start, end)));
      start = end + 1;
    }
    return items;
  }

  static String joinKeys(List<InstanceKey> keys) {
    return join(keys.stream().map(InstanceKey::toString).toList());
  }

  static List<InstanceKey> splitKeys(String text) {
    return split(text).stream().map(TextList::key).toList();
  }

  static String joinMap(Map<String, String> map) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(map)
        .forEach(
            (name, value) ->
                text.append(escape(name).replace("=", "\\e"))
                    .append('=')
                    .append(escape(value))
                    .append('\n'));
    return text.toString();
  }

  static Map<String, String> splitMap(String text) {
    Map<String, String> map = new TreeMap<>();
    for (String line : text.lines().toList()) {
      int equals = line.indexOf('=');
      map.put(unescape(line.substring(0, equals)), unescape(line.substring(equals + 1)));
    }
    return map;
  }

  /** Not {@link InstanceKey#parse}, which refuses {@link InstanceKey#NONE} and trims. */
  private static InstanceKey key(String text) {
    int colon = text.lastIndexOf(':');
    return new InstanceKey(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  private static String escape(String item) {
    return item.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  private static String unescape(String line) {
    StringBuilder item = new StringBuilder(line.length());
    boolean escaped = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (!escaped && c == '\\') {
        escaped = true;
        continue;
      }
      item.append(escaped ? meaning(c) : c);
      escaped = false;
    }
    return item.toString();
  }

  private static char meaning(char escaped) {
    return switch (escaped) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 'e' -> '=';
      default -> escaped;
    };
  }
}
