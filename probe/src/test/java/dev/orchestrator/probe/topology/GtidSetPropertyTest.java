package dev.orchestrator.probe.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The laws of sets, checked against plain sets of (origin, number). */
class GtidSetPropertyTest {
  @Property
  void theTextReadsBackAsTheSameSet(@ForAll("sets") Set<String> members) {
    GtidSet set = of(members);
    assertThat(GtidSet.parse(set.toString())).isEqualTo(set);
    assertThat(set.count()).isEqualTo(members.size());
    assertThat(set.isEmpty()).isEqualTo(members.isEmpty());
  }

  @Property
  void theOperationsAreThoseOfSets(
      @ForAll("sets") Set<String> first, @ForAll("sets") Set<String> second) {
    Set<String> union = new TreeSet<>(first);
    union.addAll(second);
    Set<String> minus = new TreeSet<>(first);
    minus.removeAll(second);
    Set<String> both = new TreeSet<>(first);
    both.retainAll(second);
    GtidSet a = of(first);
    GtidSet b = of(second);
    assertThat(a.union(b)).isEqualTo(of(union)).isEqualTo(b.union(a));
    assertThat(a.minus(b)).isEqualTo(of(minus));
    assertThat(a.intersect(b)).isEqualTo(of(both)).isEqualTo(b.intersect(a));
    assertThat(a.contains(b)).isEqualTo(first.containsAll(second));
  }

  @Property
  void differenceAndIntersectionSplitASet(
      @ForAll("sets") Set<String> first, @ForAll("sets") Set<String> second) {
    GtidSet a = of(first);
    GtidSet b = of(second);
    assertThat(a.minus(b).union(a.intersect(b))).isEqualTo(a);
    assertThat(a.minus(b).intersect(b).isEmpty()).isTrue();
    assertThat(a.union(b).contains(a)).isTrue();
    assertThat(a.minus(b).count() + b.count()).isEqualTo(a.union(b).count());
  }

  @Property
  void unionDoesNotCareAboutOrder(
      @ForAll("sets") Set<String> x, @ForAll("sets") Set<String> y, @ForAll("sets") Set<String> z) {
    assertThat(of(x).union(of(y)).union(of(z))).isEqualTo(of(z).union(of(x).union(of(y))));
  }

  @Provide
  Arbitrary<Set<String>> sets() {
    Arbitrary<String> origins =
        Arbitraries.of(
            "11111111-1111-1111-1111-111111111111:",
            "22222222-2222-2222-2222-222222222222:",
            "22222222-2222-2222-2222-222222222222:backup:");
    Arbitrary<Integer> numbers = Arbitraries.integers().between(1, 12);
    return net.jqwik.api.Combinators.combine(origins, numbers)
        .as((origin, number) -> origin + number)
        .set()
        .ofMaxSize(24);
  }

  private static GtidSet of(Set<String> members) {
    return GtidSet.parse(String.join(",", members));
  }
}
