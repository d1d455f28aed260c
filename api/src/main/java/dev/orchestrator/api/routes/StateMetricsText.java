package dev.orchestrator.api.routes;

import dev.orchestrator.store.replication.StateVerdict;

/**
 * What the newest comparison of the members' states says, in the text format of Prometheus, version
 * 0.0.4. Immutable.
 */
final class StateMetricsText {
  private static final String PREFIX = "orchestrator_raft_state_";

  private StateMetricsText() {}

  static String of(StateVerdict verdict) {
    StringBuilder out = new StringBuilder();
    head(out, "check_index", "Entry at which the members' states were compared last.");
    out.append(PREFIX).append("check_index ").append(verdict.checkIndex()).append('\n');
    head(out, "diverged", "1 while members are known to hold different states.");
    out.append(PREFIX).append("diverged ").append(verdict.diverged() ? 1 : 0).append('\n');
    head(out, "odd", "1 for each member whose state differs from that of most.");
    for (String member : verdict.odd().keySet()) {
      out.append(PREFIX)
          .append("odd{member=\"")
          .append(RaftMetricsText.escaped(member))
          .append("\"} 1\n");
    }
    return out.toString();
  }

  private static void head(StringBuilder out, String name, String help) {
    out.append("# HELP ").append(PREFIX).append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(PREFIX).append(name).append(" gauge\n");
  }
}
