package dev.orchestrator.jepsen.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What counts as a late statement of an old leader. */
class GeneralLogTest {
  private static final String OLD = "10.79.0.11";
  private static final String NEW = "10.79.0.12";

  private final List<String> lines = new ArrayList<>();

  @Test
  void whatTheOldLeaderDidBeforeTheNewOneCameIsNotLate() {
    connect(5, OLD);
    query(5, "SET GLOBAL read_only = OFF");
    takeOver(6);
    assertThat(late(1)).isEmpty();
  }

  @Test
  void whatReachesTheServerWhileSessionsAreBeingEndedIsNotLate() {
    connect(5, OLD);
    connect(6, NEW);
    query(6, "SELECT r.processlist_id AS id");
    query(5, "SET GLOBAL read_only = OFF");
    query(6, "KILL CONNECTION 5");
    assertThat(late(1)).isEmpty();
  }

  @Test
  void aChangeByTheOldLeaderAfterwardsIsLate() {
    connect(5, OLD);
    takeOver(6);
    query(5, "SET GLOBAL super_read_only = OFF");
    query(5, "SHOW REPLICA STATUS");
    query(7, "SET GLOBAL general_log = ON");
    assertThat(late(1)).singleElement().asString().contains("super_read_only = OFF");
  }

  @Test
  void aSessionThatTheOldLeaderOpensAfterwardsCounts() {
    takeOver(6);
    connect(8, OLD);
    query(8, "STOP REPLICA");
    assertThat(late(0)).hasSize(1);
  }

  @Test
  void anEarlierSearchIsNoTakeover() {
    takeOver(6);
    connect(5, OLD);
    query(5, "RESET REPLICA ALL");
    assertThat(late(lines.size())).isEmpty();
  }

  private List<String> late(int from) {
    return new GeneralLog(lines).lateStatements(OLD, NEW, from);
  }

  private void takeOver(int thread) {
    connect(thread, NEW);
    query(thread, "SELECT r.processlist_id AS id");
    lines.add("FROM performance_schema.session_connect_attrs r");
    query(thread, "SHOW REPLICA STATUS");
  }

  private void connect(int thread, String host) {
    lines.add(
        "2026-11-21T11:01:37.559234Z\t   %d Connect\torchestrator@%s on  using TCP/IP"
            .formatted(thread, host));
  }

  private void query(int thread, String text) {
    lines.add("2026-11-21T11:01:37.559234Z\t   %d Query\t%s".formatted(thread, text));
  }
}
