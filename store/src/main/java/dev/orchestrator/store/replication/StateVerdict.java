package dev.orchestrator.store.replication;

import dev.orchestrator.store.model.StateReport;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the reports of one check say together. Immutable.
 *
 * @param checkIndex index of the check, 0 before the first report
 * @param agreeing members that reported the hash that most reported
 * @param odd members that reported another one, each with the tables in which it differs; when no
 *     hash has more than half of the reports, nobody is odd, but see {@code divided}
 * @param divided no hash has more than half of the reports
 */
public record StateVerdict(
    long checkIndex, List<String> agreeing, SortedMap<String, List<String>> odd, boolean divided) {
  public StateVerdict {
    agreeing = List.copyOf(agreeing);
    odd = new TreeMap<>(odd);
  }

  /** Judges the reports; those of other formats than most have cannot be compared and are left. */
  public static StateVerdict of(List<StateReport> all) {
    List<StateReport> reports = most(all, StateReport::format);
    List<StateReport> same = most(reports, StateReport::hash);
    boolean divided = same.size() < reports.size() && same.size() * 2 <= reports.size();
    SortedMap<String, List<String>> odd = new TreeMap<>();
    if (!divided) {
      reports.stream()
          .filter(report -> !same.contains(report))
          .forEach(report -> odd.put(report.member(), differences(report, same.getFirst())));
    }
    return new StateVerdict(
        all.isEmpty() ? 0 : all.getFirst().checkIndex(),
        divided ? List.of() : same.stream().map(StateReport::member).toList(),
        odd,
        divided);
  }

  private static List<StateReport> most(
      List<StateReport> reports, Function<StateReport, String> of) {
    Map<String, List<StateReport>> groups =
        reports.stream().collect(Collectors.groupingBy(of, TreeMap::new, Collectors.toList()));
    return groups.values().stream().max(Comparator.comparingInt(List::size)).orElse(List.of());
  }

  private static List<String> differences(StateReport one, StateReport other) {
    TreeSet<String> tables = new TreeSet<>(one.tables().keySet());
    tables.addAll(other.tables().keySet());
    return tables.stream()
        .filter(
            table ->
                !one.tables()
                    .getOrDefault(table, "")
                    .equals(other.tables().getOrDefault(table, "")))
        .toList();
  }

  /** Whether any two members that can be compared hold different states. */
  public boolean diverged() {
    return divided || !odd.isEmpty();
  }

  /** One line for people. */
  public String describe() {
    return divided
        ? "the members hold different states and no majority of them the same, checked at index "
            + checkIndex
        : odd.entrySet().stream()
            .map(entry -> entry.getKey() + " differs in " + String.join(", ", entry.getValue()))
            .collect(Collectors.joining("; ", "", ", checked at index " + checkIndex));
  }
}
