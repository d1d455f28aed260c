package dev.orchestrator.raft.core;

/**
 * Who a member is: its configured name and the incarnation of its data folder. A member whose
 * folder was wiped comes back under the same name with another incarnation and is, to Raft,
 * somebody else: it neither votes nor counts. Immutable.
 *
 * @param name text of RaftAdvertise (else RaftBind) with its port, as configured and never resolved
 * @param incarnation random number made when the data folder was first initialised
 */
public record MemberId(String name, long incarnation) implements Comparable<MemberId> {
  public MemberId {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a member needs a name");
    }
  }

  @Override
  public int compareTo(MemberId other) {
    int byName = name.compareTo(other.name);
    return byName != 0 ? byName : Long.compareUnsigned(incarnation, other.incarnation);
  }

  /** Asked at every turn: what a record brings along costs several times as much until compiled. */
  @Override
  public boolean equals(Object other) {
    return other instanceof MemberId(String itsName, long its)
        && incarnation == its
        && name.equals(itsName);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Long.hashCode(incarnation);
  }

  @Override
  public String toString() {
    return name + "#" + Long.toHexString(incarnation);
  }
}
