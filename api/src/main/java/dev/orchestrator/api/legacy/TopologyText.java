package dev.orchestrator.api.legacy;

import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import dev.orchestrator.store.model.ServerFacts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Draws a cluster as a tree of text, byte for byte as scripts know it. */
public final class TopologyText {
  private static final int LAG_COLUMN = 1;

  private final SortedMap<InstanceKey, InstanceView> members = new TreeMap<>();
  private final List<Line> lines = new ArrayList<>();
  private final Set<InstanceKey> drawn = new HashSet<>();

  private TopologyText(List<InstanceView> views) {
    views.forEach(view -> members.put(view.instance().key(), view));
    roots();
  }

  /** The tree with a description in brackets behind each name. */
  public static String of(List<InstanceView> cluster) {
    return new TopologyText(cluster).bracketed();
  }

  /** The tree with a description in columns. */
  public static String tabulated(List<InstanceView> cluster) {
    return new TopologyText(cluster).inColumns();
  }

  /** The tree with a description in brackets behind each name, and the tags in others. */
  public static String withTags(
      List<InstanceView> cluster, Function<InstanceKey, List<String>> tags) {
    TopologyText tree = new TopologyText(cluster);
    String[] drawn = tree.bracketed().split("\n", -1);
    StringJoiner text = new StringJoiner("\n");
    for (int i = 0; i < tree.lines.size(); i++) {
      text.add(drawn[i] + " [" + String.join(",", tags.apply(tree.lines.get(i).key())) + "]");
    }
    return text.toString();
  }

  /** One drawn instance. */
  private record Line(InstanceKey key, String name, List<String> tokens) {}

  /** Roots: the last instance whose source is elsewhere; else all that replicate in a circle. */
  private void roots() {
    Optional<InstanceView> root =
        members.values().stream()
            .filter(view -> !members.containsKey(view.instance().replication().source()))
            .reduce((_, last) -> last);
    if (root.isPresent()) {
      draw(root.get(), 0);
      return;
    }
    members.values().stream()
        .filter(view -> view.instance().placement().coSource())
        .forEach(view -> draw(view, 1));
  }

  private void draw(InstanceView view, int depth) {
    Instance instance = view.instance();
    if ((instance.placement().coSource() && depth > 1) || !drawn.add(instance.key())) {
      return;
    }
    lines.add(new Line(instance.key(), prefix(view, depth) + name(instance), tokens(view)));
    members.values().stream()
        .filter(other -> other.instance().replication().source().equals(instance.key()))
        .forEach(replica -> draw(replica, depth + 1));
  }

  private static String prefix(InstanceView view, int depth) {
    if (depth == 0) {
      return "";
    }
    boolean good =
        view.instance().replication().running() && view.lastCheckValid() && view.recentlyChecked();
    return "  ".repeat(depth - 1) + (good ? "+ " : "- ");
  }

  private static String name(Instance instance) {
    String alias = instance.placement().instanceAlias();
    return alias.isEmpty() ? instance.key().toString() : instance.key() + " (" + alias + ")";
  }

  private static List<String> tokens(InstanceView view) {
    ServerFacts server = view.instance().server();
    return List.of(
        lag(view),
        status(view),
        server.version(),
        server.readOnly() ? "ro" : "rw",
        server.logBin() ? server.binlogFormat() : "nobinlog",
        extras(view));
  }

  private static String lag(InstanceView view) {
    ReplicationFacts replication = view.instance().replication();
    boolean replica = view.instance().isReplica();
    if (view.detachedCoordinates() || view.detachedFromSource()) {
      return "detached";
    }
    if (!view.lastCheckValid() || !view.recentlyChecked()) {
      return "unknown";
    }
    if (replica && (!replication.running() || replication.secondsBehindSource().isEmpty())) {
      return "null";
    }
    return replication.lagSeconds().orElse(0) + "s";
  }

  private static String status(InstanceView view) {
    ReplicationFacts replication = view.instance().replication();
    boolean replica = view.instance().isReplica();
    if (!view.lastCheckValid()) {
      return "invalid";
    }
    if (!view.recentlyChecked()) {
      return "unchecked";
    }
    if (replica && !replication.running()) {
      return "nonreplicating";
    }
    long reasonable = view.limits().reasonableMaintenanceLag().toSeconds();
    return replica && replication.lagSeconds().orElse(0) > reasonable ? "lag" : "ok";
  }

  private static String extras(InstanceView view) {
    ServerFacts server = view.instance().server();
    SemiSyncFacts semiSync = view.instance().semiSync();
    List<String> extras = new ArrayList<>();
    if (server.logBin() && server.logReplicaUpdates()) {
      extras.add(">>");
    }
    if (view.usesGtid()) {
      extras.add(server.gtidErrant().isEmpty() ? "GTID" : "GTID:errant");
    }
    if (semiSync.sourceEnabled()) {
      extras.add("semi:master");
    }
    if (semiSync.replicaEnabled()) {
      extras.add("semi:replica");
    }
    if (view.downtime().isPresent()) {
      extras.add("downtimed");
    }
    return String.join(",", extras);
  }

  private String bracketed() {
    int width = lines.stream().mapToInt(line -> line.name().length()).max().orElse(0);
    return lines.stream()
        .map(
            line ->
                pad(line.name(), width)
                    + line.tokens().stream()
                        .filter(token -> !token.isEmpty())
                        .collect(Collectors.joining(",", " [", "]")))
        .collect(Collectors.joining("\n"));
  }

  private String inColumns() {
    List<List<String>> rows = new ArrayList<>();
    for (Line line : lines) {
      List<String> row = new ArrayList<>(List.of(line.name()));
      row.addAll(line.tokens());
      rows.add(row);
    }
    Map<Integer, Integer> widths = new TreeMap<>();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths.merge(i, row.get(i).length(), Math::max);
      }
    }
    return rows.stream().map(row -> inColumns(row, widths)).collect(Collectors.joining("\n"));
  }

  private static String inColumns(List<String> row, Map<Integer, Integer> widths) {
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      String cell = row.get(i);
      int width = widths.getOrDefault(i, 0);
      cells.add(i == LAG_COLUMN ? " ".repeat(width - cell.length()) + cell : pad(cell, width));
    }
    return String.join("|", cells);
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }
}
