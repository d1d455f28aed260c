package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.lab.LabException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's general log, read to find statements of an old leader that arrived after the new
 * leader had cleared the server of the old one's sessions. Immutable.
 */
final class GeneralLog {
  private static final Pattern LINE =
      Pattern.compile("^\\S+Z\\s+(\\d+) (Connect|Query|Execute)\\t(.*)$");
  private static final Pattern FROM = Pattern.compile("\\S+@(\\S+) on .*");
  private static final Pattern CHANGES =
      Pattern.compile("^(SET (GLOBAL|PERSIST)|STOP|START|RESET|CHANGE)\\b.*");

  /** How a leader looks for sessions of earlier ones. */
  private static final String SEARCH = "SELECT r.processlist_id AS id";

  private final List<String> lines;

  GeneralLog(List<String> lines) {
    this.lines = List.copyOf(lines);
  }

  /** What a server wrote from a position on; a server made anew begins at 0 again. */
  static GeneralLog read(Path file, long from) {
    try {
      if (!Files.exists(file)) {
        return new GeneralLog(List.of());
      }
      try (InputStream log = Files.newInputStream(file)) {
        log.skipNBytes(from <= Files.size(file) ? from : 0);
        String text = new String(log.readAllBytes(), StandardCharsets.ISO_8859_1);
        return new GeneralLog(text.lines().toList());
      }
    } catch (IOException e) {
      throw new LabException("cannot read " + file, e);
    }
  }

  /**
   * The old leader's changing statements after the new one reached this server.
   *
   * @param oldHost where the old leader's sessions come from
   * @param newHost where the new leader's sessions come from
   * @param from position in this log at which the fault happened: what is before is not judged
   */
  List<String> lateStatements(String oldHost, String newHost, int from) {
    Map<String, String> hosts = new HashMap<>();
    Set<String> reaping = new HashSet<>();
    boolean reached = false;
    List<String> late = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher line = LINE.matcher(lines.get(i));
      if (!line.matches()) {
        continue; // further lines of a statement
      }
      String thread = line.group(1);
      String text = line.group(3).strip();
      Matcher connect = FROM.matcher(text);
      if (line.group(2).equals("Connect") && connect.matches()) {
        hosts.put(thread, connect.group(1));
        reaping.remove(thread);
        continue;
      }
      String host = hosts.getOrDefault(thread, "");
      if (host.equals(newHost) && i >= from) {
        boolean searching = text.startsWith(SEARCH);
        if (searching) {
          reaping.add(thread);
        }
        reached |= reaping.contains(thread) && !searching && !text.startsWith("KILL ");
      }
      boolean changes = CHANGES.matcher(text.toUpperCase(Locale.ROOT)).matches();
      if (reached && host.equals(oldHost) && changes) {
        late.add(lines.get(i));
      }
    }
    return late;
  }

  /** How many lines there are. */
  int size() {
    return lines.size();
  }
}
