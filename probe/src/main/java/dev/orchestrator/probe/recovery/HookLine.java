package dev.orchestrator.probe.recovery;

import java.util.Map;

/**
 * Puts values into a hook's command line. Values come from host names, server messages and aliases,
 * so they are never trusted: whatever could mean something to a shell is replaced, wherever it
 * would stand (rule A6). The raw values are in the environment. Pure.
 */
final class HookLine {
  private static final String PLAIN = "_.,:@%+/=-";

  private HookLine() {}

  /** Whether the line asks not to be waited for. */
  static boolean asynchronous(String line) {
    return line.stripTrailing().endsWith("&");
  }

  /** The line with its placeholders filled in; unknown ones stay as they are. */
  static String fill(String line, Map<String, String> values) {
    StringBuilder filled = new StringBuilder();
    char quote = 0;
    int i = 0;
    while (i < line.length()) {
      char c = line.charAt(i);
      int end = c == '{' ? line.indexOf('}', i) : -1;
      String name = end < 0 ? "" : line.substring(i + 1, end);
      if (end > 0 && values.containsKey(name)) {
        filled.append(safe(values.getOrDefault(name, ""), quote != 0));
        i = end + 1;
      } else {
        quote = quoteAfter(line, i, quote);
        filled.append(c);
        i++;
      }
    }
    return filled.toString();
  }

  /** Follows the quotes of simple command lines; a mistake here only costs a split word. */
  private static char quoteAfter(String line, int at, char quote) {
    char c = line.charAt(at);
    boolean escaped = at > 0 && line.charAt(at - 1) == '\\' && quote != '\'';
    if (escaped || (c != '\'' && c != '"')) {
      return quote;
    }
    if (quote == 0) {
      return c;
    }
    return quote == c ? 0 : quote;
  }

  private static String safe(String value, boolean quoted) {
    StringBuilder text = new StringBuilder();
    boolean blank = false;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      boolean option = i == 0 && c == '-'; // must not turn into an option of the command
      blank |= c == ' ';
      text.append(c == ' ' || letter || (PLAIN.indexOf(c) >= 0 && !option) ? c : '_');
    }
    return blank && !quoted ? "'" + text + "'" : text.toString();
  }
}
