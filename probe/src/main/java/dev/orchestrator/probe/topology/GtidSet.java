package dev.orchestrator.probe.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A set of MySQL global transaction identifiers, tagged ones included ({@code
 * uuid[:tag]:first-last...}; MySQL manual, "GTID Format and Storage"). Pure, immutable.
 */
public final class GtidSet {
  /** The empty set. */
  public static final GtidSet EMPTY = new GtidSet(new TreeMap<>());

  private static final int UUID_LENGTH = 36;
  private static final int MAX_TAG_LENGTH = 32;

  /**
   * Boundaries by origin: strictly rising numbers, of which each even one begins a run of
   * transactions and the odd one after it is the first number behind the run. Never empty.
   */
  private final SortedMap<Origin, long[]> boundaries;

  private GtidSet(SortedMap<Origin, long[]> boundaries) {
    this.boundaries = Collections.unmodifiableSortedMap(boundaries);
  }

  /**
   * Reads the server's text form; blanks and line breaks are allowed, {@code ""} is the empty set.
   * As on the server, a range that ends before it begins holds nothing.
   *
   * @throws IllegalArgumentException the text is no GTID set
   */
  public static GtidSet parse(String text) {
    SortedMap<Origin, List<long[]>> runs = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      String block = part.strip();
      if (!block.isEmpty()) {
        readBlock(block, runs);
      }
    }
    SortedMap<Origin, long[]> merged = new TreeMap<>();
    runs.forEach(
        (origin, list) -> {
          if (!list.isEmpty()) {
            merged.put(origin, merge(list));
          }
        });
    return new GtidSet(merged);
  }

  /** {@code uuid:1-5:7:tag:1-3}: numbers after a tag belong to it until the next tag. */
  private static void readBlock(String block, SortedMap<Origin, List<long[]>> runs) {
    String[] fields = block.split(":", -1);
    String uuid = readUuid(fields[0].strip());
    if (fields.length == 1) {
      throw new IllegalArgumentException("GTID set has no numbers after uuid " + uuid);
    }
    String tag = "";
    boolean tagNeedsNumbers = false;
    for (int i = 1; i < fields.length; i++) {
      String field = fields[i].strip();
      if (!field.isEmpty() && Character.isDigit(field.charAt(0))) {
        readRun(field, runs.computeIfAbsent(new Origin(uuid, tag), _ -> new ArrayList<>()));
        tagNeedsNumbers = false;
      } else {
        if (tagNeedsNumbers) {
          throw new IllegalArgumentException("GTID set has no numbers after tag " + tag);
        }
        tag = readTag(field);
        tagNeedsNumbers = true;
      }
    }
    if (tagNeedsNumbers) {
      throw new IllegalArgumentException("GTID set has no numbers after tag " + tag);
    }
  }

  private static String readUuid(String text) {
    boolean good = text.length() == UUID_LENGTH;
    for (int i = 0; good && i < UUID_LENGTH; i++) {
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      char c = text.charAt(i);
      good = dash ? c == '-' : c < 128 && Character.digit(c, 16) >= 0;
    }
    if (!good) {
      throw new IllegalArgumentException("no server uuid in GTID set: '" + text + "'");
    }
    return text.toLowerCase(Locale.ROOT);
  }

  private static String readTag(String text) {
    String tag = text.toLowerCase(Locale.ROOT);
    boolean good = !tag.isEmpty() && tag.length() <= MAX_TAG_LENGTH;
    for (int i = 0; good && i < tag.length(); i++) {
      char c = tag.charAt(i);
      good = (c >= 'a' && c <= 'z') || c == '_' || (i > 0 && c >= '0' && c <= '9');
    }
    if (!good) {
      throw new IllegalArgumentException("neither a number nor a tag in GTID set: '" + text + "'");
    }
    return tag;
  }

  private static void readRun(String field, List<long[]> runs) {
    int dash = field.indexOf('-');
    long first = readNumber(dash < 0 ? field : field.substring(0, dash), field);
    long last = dash < 0 ? first : readNumber(field.substring(dash + 1), field);
    if (first <= last) {
      runs.add(new long[] {first, last + 1});
    }
  }

  private static long readNumber(String digits, String field) {
    String number = digits.strip();
    boolean good = !number.isEmpty() && number.chars().allMatch(c -> c >= '0' && c <= '9');
    try {
      long value = good ? Long.parseLong(number) : 0;
      if (value >= 1 && value < Long.MAX_VALUE) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("number too large in GTID set: '" + field + "'", e);
    }
    throw new IllegalArgumentException("no transaction number in GTID set: '" + field + "'");
  }

  private static long[] merge(List<long[]> runs) {
    long[] merged = {};
    for (long[] run : runs) {
      merged = combine(merged, run, (a, b) -> a || b);
    }
    return merged;
  }

  public boolean isEmpty() {
    return boundaries.isEmpty();
  }

  /** Number of transactions, at most {@link Long#MAX_VALUE}. */
  public long count() {
    long count = 0;
    for (long[] points : boundaries.values()) {
      for (int i = 0; i < points.length; i += 2) {
        long run = points[i + 1] - points[i];
        count = count > Long.MAX_VALUE - run ? Long.MAX_VALUE : count + run;
      }
    }
    return count;
  }

  /** Server uuids that occur, lower case. */
  public Set<String> uuids() {
    Set<String> uuids = new TreeSet<>();
    boundaries.keySet().forEach(origin -> uuids.add(origin.uuid()));
    return Collections.unmodifiableSet(uuids);
  }

  public boolean contains(GtidSet other) {
    return other.minus(this).isEmpty();
  }

  public GtidSet union(GtidSet other) {
    return combine(other, (a, b) -> a || b);
  }

  /** Transactions of this set that are not in the other. */
  public GtidSet minus(GtidSet other) {
    return combine(other, (a, b) -> a && !b);
  }

  /** Transactions in both. */
  public GtidSet intersect(GtidSet other) {
    return combine(other, (a, b) -> a && b);
  }

  /** Transactions whose uuid is none of these; case does not matter. */
  public GtidSet withoutUuids(Set<String> uuids) {
    Set<String> unwanted = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    unwanted.addAll(uuids);
    SortedMap<Origin, long[]> kept = new TreeMap<>(boundaries);
    kept.keySet().removeIf(origin -> unwanted.contains(origin.uuid()));
    return new GtidSet(kept);
  }

  /**
   * Transactions of this set that lie before the last one of the other set with the same origin: an
   * applier that works in order and has come to that one does not come back for them.
   */
  public GtidSet before(GtidSet other) {
    SortedMap<Origin, long[]> result = new TreeMap<>();
    boundaries.forEach(
        (origin, points) -> {
          long[] theirs = other.boundaries.get(origin);
          if (theirs != null) {
            long[] span = {1, theirs[theirs.length - 1]};
            long[] kept = combine(points, span, (a, b) -> a && b);
            if (kept.length > 0) {
              result.put(origin, kept);
            }
          }
        });
    return new GtidSet(result);
  }

  private GtidSet combine(GtidSet other, Membership rule) {
    Set<Origin> origins = new TreeSet<>(boundaries.keySet());
    origins.addAll(other.boundaries.keySet());
    SortedMap<Origin, long[]> result = new TreeMap<>();
    long[] none = {};
    for (Origin origin : origins) {
      long[] mine = boundaries.getOrDefault(origin, none);
      long[] theirs = other.boundaries.getOrDefault(origin, none);
      long[] points = combine(mine, theirs, rule);
      if (points.length > 0) {
        result.put(origin, points);
      }
    }
    return new GtidSet(result);
  }

  /** Sweeps over both lists of boundaries and keeps those at which membership changes. */
  private static long[] combine(long[] a, long[] b, Membership rule) {
    long[] points = new long[a.length + b.length];
    int count = 0;
    int i = 0;
    int j = 0;
    boolean inside = false;
    while (i < a.length || j < b.length) {
      long point = Math.min(at(a, i), at(b, j));
      i += at(a, i) == point && i < a.length ? 1 : 0;
      j += at(b, j) == point && j < b.length ? 1 : 0;
      if (rule.holds(i % 2 == 1, j % 2 == 1) != inside) {
        inside = !inside;
        points[count++] = point;
      }
    }
    return Arrays.copyOf(points, count);
  }

  private static long at(long[] points, int index) {
    return index < points.length ? points[index] : Long.MAX_VALUE;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GtidSet set && toString().equals(set.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** Canonical text form of the server: sorted, merged, comma-separated, no blanks. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    String uuid = "";
    for (var entry : boundaries.entrySet()) {
      Origin origin = entry.getKey();
      if (!origin.uuid().equals(uuid)) {
        text.append(text.isEmpty() ? "" : ",").append(origin.uuid());
        uuid = origin.uuid();
      }
      if (!origin.tag().isEmpty()) {
        text.append(':').append(origin.tag());
      }
      long[] points = entry.getValue();
      for (int i = 0; i < points.length; i += 2) {
        text.append(':').append(points[i]);
        if (points[i + 1] - 1 > points[i]) {
          text.append('-').append(points[i + 1] - 1);
        }
      }
    }
    return text.toString();
  }

  /** Whose numbers: a server's own, or those under one of its tags; the untagged come first. */
  private record Origin(String uuid, String tag) implements Comparable<Origin> {
    @Override
    public int compareTo(Origin other) {
      int byUuid = uuid.compareTo(other.uuid);
      return byUuid != 0 ? byUuid : tag.compareTo(other.tag);
    }
  }

  /** Whether a number belongs to the result, by its membership in the two operands. */
  private interface Membership {
    boolean holds(boolean inFirst, boolean inSecond);
  }
}
