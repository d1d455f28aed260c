package dev.orchestrator.jepsen.drill;

/** What a {@link FakeNode} does wrong, and by which words the drill has to notice. */
enum DrillFault {
  NONE("ok    no acknowledged write is lost"),
  NO_RECOVERY("FAIL  one writable primary"),
  TWO_PRIMARIES("FAIL  one writable primary"),
  REPLICA_LEFT_BEHIND("FAIL  the surviving replicas replicate from it"),
  NODES_DISAGREE("FAIL  all nodes agree"),
  WRITES_LOST("FAIL  no acknowledged write is lost");

  private final String noticed;

  DrillFault(String noticed) {
    this.noticed = noticed;
  }

  String noticed() {
    return noticed;
  }
}
