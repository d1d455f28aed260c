package dev.orchestrator.jepsen.drill;

import dev.orchestrator.jepsen.drill.RecoveryRecords.Recovery;
import dev.orchestrator.jepsen.lab.LabException;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import dev.orchestrator.jepsen.lab.Waiting;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Judges what a drill left behind, by asking the servers and each node for its own records. */
final class FinalState {
  private static final Duration QUERY_LIMIT = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final World world;
  private final Ledger ledger;
  private final Duration patience;
  private final MySqlMember killed;
  private final Set<String> earlier;
  private final int writesBefore;

  /** Judges a first recovery. */
  FinalState(World world, Ledger ledger, Duration patience) {
    this(world, ledger, patience, world.fleet().primary(), Set.of(), -1);
  }

  /**
   * Judges one of several recoveries.
   *
   * @param killed the server that was the primary
   * @param earlier uids of its recoveries before
   * @param writesBefore acknowledged writes at its death; negative: those that it acknowledged
   */
  FinalState(
      World world,
      Ledger ledger,
      Duration patience,
      MySqlMember killed,
      Set<String> earlier,
      int writesBefore) {
    this.world = world;
    this.ledger = ledger;
    this.patience = patience;
    this.killed = killed;
    this.earlier = Set.copyOf(earlier);
    this.writesBefore = writesBefore;
  }

  /** Adds all conditions. */
  void judge(Verdict verdict) {
    List<MySqlMember> living =
        world.fleet().members().stream().filter(MySqlMember::isAlive).toList();
    List<MySqlMember> writable = living.stream().filter(MySqlMember::isWritable).toList();
    verdict.check(writable.size() == 1, "one writable primary", writable.toString());
    if (writable.size() != 1) {
      return;
    }
    MySqlMember primary = writable.getFirst();
    judgeReplication(verdict, primary, living);
    judgeRecords(verdict, primary);
    judgeRows(verdict, primary);
  }

  private static void judgeReplication(
      Verdict verdict, MySqlMember primary, List<MySqlMember> living) {
    List<MySqlMember> astray =
        living.stream()
            .filter(member -> !member.equals(primary))
            .filter(member -> !member.replicatesFrom(primary.host()))
            .toList();
    verdict.check(
        astray.isEmpty() && living.size() > 1,
        "the surviving replicas replicate from it",
        astray.isEmpty() ? (living.size() - 1) + " of " + (living.size() - 1) : "not " + astray);
  }

  /** Followers apply a moment after the leader, so agreement is waited for. */
  private void judgeRecords(Verdict verdict, MySqlMember primary) {
    List<OrchestratorNode> nodes = world.nodes().nodes();
    Optional<Recovery> agreed = Waiting.poll(patience, PAUSE, () -> agreement(nodes, primary));
    String found =
        agreed
            .map(recovery -> "uid %s, successor %s".formatted(recovery.uid(), primary))
            .orElseGet(
                () ->
                    nodes.stream()
                        .map(node -> node + " " + recoveries(node))
                        .collect(Collectors.joining("; ")));
    verdict.check(
        agreed.isPresent(), "all nodes agree on the one successful recovery's record", found);
  }

  private List<Recovery> recoveries(OrchestratorNode node) {
    return RecoveryRecords.ownRecoveries(node, killed).stream()
        .filter(recovery -> !earlier.contains(recovery.uid()))
        .toList();
  }

  private Optional<Recovery> agreement(List<OrchestratorNode> nodes, MySqlMember primary) {
    Set<List<Recovery>> records = nodes.stream().map(this::recoveries).collect(Collectors.toSet());
    if (records.size() != 1) {
      return Optional.empty();
    }
    List<Recovery> one = records.iterator().next();
    return one.stream()
        .filter(recovery -> one.size() == 1)
        .filter(Recovery::successful)
        .filter(Recovery::hasEnded)
        .filter(recovery -> recovery.successor().equals(primary.key()))
        .findFirst();
  }

  private void judgeRows(Verdict verdict, MySqlMember primary) {
    List<Long> acknowledged = ledger.ids(); // first: what is acknowledged later may not be read
    Set<Long> rows = rows(primary);
    List<Long> lost = acknowledged.stream().filter(id -> !rows.contains(id)).toList();
    long before = writesBefore < 0 ? ledger.countBy(killed.host()) : writesBefore;
    long after = ledger.count() - before;
    verdict.check(
        before > 0 && after > 0,
        "the application wrote before and after",
        before + " and " + after + " acknowledged, " + ledger.unknownCount() + " of unknown end");
    verdict.check(
        lost.isEmpty(),
        "no acknowledged write is lost",
        lost.size() + " lost" + (lost.isEmpty() ? "" : ": " + lost.stream().limit(20).toList()));
  }

  private static Set<Long> rows(MySqlMember member) {
    try (Connection connection = member.connect(QUERY_LIMIT);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT id FROM drill.ledger")) {
      var ids = new HashSet<Long>();
      while (result.next()) {
        ids.add(result.getLong(1));
      }
      return ids;
    } catch (SQLException e) {
      throw new LabException("cannot read the ledger on " + member, e);
    }
  }
}
