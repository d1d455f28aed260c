package dev.orchestrator.store.fsm;

import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.port.StateImage;
import dev.orchestrator.raft.port.StateMachine;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.StampedCommand;
import dev.orchestrator.store.snapshot.SnapshotReader;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.PinnedState;
import dev.orchestrator.store.sql.StoreException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies committed commands to the SQL backend, with the index and term of the last in the same
 * transaction. Any exception is fatal for the process: rows and index are then as before the entry.
 * Confined to raft-apply.
 */
public final class SqlStateMachine implements StateMachine<CommandResult> {
  private static final Logger LOG = LoggerFactory.getLogger(SqlStateMachine.class);

  private final Database database;
  private final CommandApplier applier;
  private volatile @Nullable Consumer<PinnedState> checks;

  /**
   * Takes the database as it is.
   *
   * @throws StoreException its commands are of a newer format than this program reads
   */
  public SqlStateMachine(Database database) {
    this.database = database;
    requireKnownFormat(database.settings().commandFormat());
    applier = new CommandApplier(database);
  }

  @Override
  public LogId applied() {
    return database.applied().id();
  }

  /** The newest stamp applied, milliseconds since 1970-01-01 UTC. */
  public long lastStampEpochMillis() {
    return database.applied().lastStampEpochMillis();
  }

  @Override
  public Optional<String> clusterId() {
    return database.clusterId();
  }

  @Override
  public void bindTo(String clusterId) {
    database.bindToCluster(clusterId);
  }

  @Override
  public CommandResult apply(LogId id, byte[] command) {
    return applyAll(List.of(new LogEntry.Command(id, command))).getFirst();
  }

  /**
   * In one transaction up to and with a check of the state, whose rows are to be seen as they were
   * at its index: what a command costs beside its own rows is paid once for all.
   */
  @Override
  public List<CommandResult> applyAll(List<LogEntry.Command> commands) {
    List<CommandResult> results = new ArrayList<>(commands.size());
    List<CommandApplier.Numbered> together = new ArrayList<>();
    for (LogEntry.Command command : commands) {
      StampedCommand stamped = CommandCodec.decode(command.bytes());
      LOG.debug(
          "orchestrator/raft: applying command {}: {}", command.index(), stamped.command().name());
      together.add(new CommandApplier.Numbered(command.id(), stamped));
      if (stamped.command() instanceof Command.CheckState) {
        results.addAll(applier.applyAll(together));
        together.clear();
        if (results.getLast().id() == command.index()) {
          pinForCheck(command.id());
        }
      }
    }
    if (!together.isEmpty()) {
      results.addAll(applier.applyAll(together));
    }
    return results;
  }

  /** Hashing takes long, so it is done elsewhere; that it cannot be done harms nobody. */
  private void pinForCheck(LogId id) {
    Consumer<PinnedState> listener = checks;
    if (listener == null) {
      return;
    }
    try {
      listener.accept(database.pin());
    } catch (StoreException e) {
      LOG.warn("no hash at index {}: {}", id.index(), e.getMessage());
    }
  }

  /** Hands the rows at each check of the state to the listener, which closes them. */
  public void onCheck(Consumer<PinnedState> listener) {
    checks = listener;
  }

  @Override
  public void advance(LogId id) {
    applier.advance(id);
  }

  /**
   * Makes everything applied survive the death of the machine (rule T2).
   *
   * @return the entry up to which the log may be cut
   */
  @Override
  public LogId sync() {
    return database.sync();
  }

  @Override
  public StateImage image() {
    return new SqlStateImage(database.pin());
  }

  @Override
  public void restore(LogId id, InputStream image) {
    SnapshotReader.restore(
        id, image, database, tx -> requireKnownFormat(database.settings().commandFormat(tx)));
  }

  /**
   * An older program than the others' is told so at once, not at the first entry it cannot read.
   */
  private static void requireKnownFormat(int agreed) {
    if (agreed > CommandCodec.FORMAT_VERSION) {
      throw new StoreException(
          "the members agreed on command format "
              + agreed
              + ", this program reads 1 to "
              + CommandCodec.FORMAT_VERSION
              + "; install the version that the leader runs");
    }
  }
}
