package dev.orchestrator.store.fsm;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.sql.Database;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A database with a state machine on top, fed by hand: each command is the next entry. */
final class Fixture implements AutoCloseable {
  static final InstanceKey DB1 = new InstanceKey("db1", 3306);
  static final InstanceKey DB2 = new InstanceKey("db2", 3306);
  static final InstanceKey DB3 = new InstanceKey("db3", 3306);

  final Database database;
  final SqlStateMachine machine;
  long nextIndex;

  /** Stamp of the next command; the test moves it. */
  Instant now = Instant.ofEpochSecond(1_000);

  Fixture(TestBackend backend, String name) {
    database = backend.open(name);
    machine = new SqlStateMachine(database);
    nextIndex = machine.applied().index() + 1;
  }

  CommandResult apply(Command command) {
    CommandResult result =
        machine.apply(new LogId(1, nextIndex), CommandCodec.encode(command, now.toEpochMilli()));
    nextIndex++;
    now = now.plusMillis(1);
    return result;
  }

  static Recovery.Subject subject(String clusterId, long detectionId, String... uuids) {
    return new Recovery.Subject(
        "DEAD_PRIMARY",
        clusterId,
        "db1:3306",
        "shop",
        DB1,
        "uuid-1",
        "DeadMaster",
        "Master cannot be reached by orchestrator and none of its replicas is replicating",
        List.of(DB2, DB3),
        List.of(uuids),
        detectionId,
        "");
  }

  static Command start(String uid, String clusterId, String... uuids) {
    return new Command.StartRecovery(uid, subject(clusterId, 0, uuids), 5, "n1", 60, false);
  }

  static Command force(String uid, String clusterId, String... uuids) {
    return new Command.StartRecovery(uid, subject(clusterId, 0, uuids), 5, "n1", 60, true);
  }

  static Command end(String uid, long term) {
    return new Command.EndRecovery(uid, term, ending());
  }

  static Recovery.Ending ending() {
    return new Recovery.Ending(
        true,
        Optional.of(DB2),
        "uuid-2",
        List.of(DB3),
        List.of(DB2, DB3),
        List.of("db3: connection refused\nafter 1 s", ""),
        "none: the promoted server had received everything acknowledged",
        Instant.EPOCH);
  }

  static RecoveryStep step(String kind) {
    return RecoveryStep.planned(1, kind, DB2, "uuid-2", Map.of("b", "2=2", "a", "1\n1"), "why");
  }

  static Command plan(String uid, String... kinds) {
    return new Command.PlanSteps(
        uid, 5, java.util.Arrays.stream(kinds).map(Fixture::step).toList());
  }

  static Command detection(InstanceKey key, boolean actionable) {
    return new Command.RegisterDetection(
        key, "db1:3306", "shop", "DeadMaster", "gone", List.of(DB2, DB3), actionable, "n1");
  }

  static Command acknowledgeAll() {
    return new Command.AcknowledgeRecoveries(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), "ann", "seen");
  }

  @Override
  public void close() {
    database.close();
  }
}
