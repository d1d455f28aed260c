package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.Database;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one recovery, from wherever its ledger stands, in the name of the term of now. */
final class RecoveryRunner {
  private static final Logger LOG = LoggerFactory.getLogger(RecoveryRunner.class);

  /** A recovery that had to be left is not taken up again at once. */
  static final Duration RETRY_PAUSE = Duration.ofSeconds(2);

  private final Workplace place;
  private final Consumer<Collection<InstanceKey>> revisit;

  /**
   * @param revisit asked to visit the servers that a recovery changed
   */
  RecoveryRunner(Workplace place, Consumer<Collection<InstanceKey>> revisit) {
    this.place = place;
    this.revisit = revisit;
  }

  /** Runs a recovery on this thread until it has ended or must be left. */
  void run(Recovery recovery) {
    long term = place.leadership().term();
    run(
        recovery,
        new Sessions(place.connector(), place.config().stepTimeout(), recovery.uid(), term),
        false);
  }

  /**
   * As above, with sessions that were opened for it before.
   *
   * @param fresh the recovery was just written down in the sessions' term: nobody needs to claim it
   */
  void run(Recovery recovery, Sessions sessions, boolean fresh) {
    String uid = recovery.uid();
    Thread.currentThread().setName("recovery " + ServerSession.shortUid(uid));
    long term = sessions.term();
    LedgerWriter writer = new LedgerWriter(place.replicator(), uid, term);
    StepRunner runner =
        new StepRunner(
            place.config(),
            place.database(),
            place.leadership(),
            place.clock(),
            place.hooks(),
            recovery,
            sessions,
            writer,
            place.threads()::closed);
    Optional<Playbook> playbook = playbook(recovery.subject(), sessions);
    if (playbook.isEmpty()) {
      LOG.error("recovery cannot be run by this version uid={} {}", uid, recovery.subject());
      place.pauses().pause(uid, RETRY_PAUSE);
      sessions.close();
      return;
    }
    try {
      LOG.info("recovery goes on uid={} term={} subject={}", uid, term, recovery.subject());
      if (!fresh) {
        writer.claim(place.config().node());
      }
      Recovery.Ending ending =
          new RecoveryExecutor(place.database(), uid, writer, runner, playbook.get()).run();
      LOG.info("recovery ended uid={} ending={}", uid, ending);
      RevivalBlocks.lift(place.database(), place.proposals());
    } catch (WorkStopped e) {
      LOG.warn("recovery left to the next leader uid={} term={} why={}", uid, term, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sessions.close();
      place.pauses().pause(uid, RETRY_PAUSE);
      revisit.accept(RecoveryExecutor.servers(recovery, place.database().recoverySteps().of(uid)));
    }
  }

  private Optional<Playbook> playbook(Recovery.Subject subject, Sessions sessions) {
    Database database = place.database();
    return switch (subject.kind()) {
      case DeadPrimaryPlaybook.KIND ->
          Optional.of(
              new DeadPrimaryPlaybook(
                  place.config(), database, sessions, place.clock(), place.durableBefore()));
      case PlannedTakeoverPlaybook.KIND ->
          Optional.of(
              new PlannedTakeoverPlaybook(place.config(), database, sessions, place.clock()));
      case ReconnectPlaybook.KIND -> Optional.of(new ReconnectPlaybook(database, place.clock()));
      case FencePlaybook.KIND ->
          database
              .clusters()
              .byId(subject.clusterId().substring(FencePlaybook.LOCK_PREFIX.length()))
              .map(cluster -> new FencePlaybook(database, sessions, place.clock(), cluster));
      case ReturnPlaybook.KIND ->
          database
              .clusters()
              .byId(subject.clusterId().substring(ReturnPlaybook.LOCK_PREFIX.length()))
              .map(
                  cluster ->
                      new ReturnPlaybook(
                          place.config(), database, sessions, place.clock(), cluster));
      default -> Optional.empty();
    };
  }
}
