package dev.orchestrator.server;

import dev.orchestrator.api.http.RaftAdmin;
import dev.orchestrator.probe.observer.ObserverLink;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftLimits;
import dev.orchestrator.raft.core.RaftTimings;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.group.CompactionPolicy;
import dev.orchestrator.raft.group.FatalHandler;
import dev.orchestrator.raft.group.RaftConfig;
import dev.orchestrator.raft.group.RaftGroup;
import dev.orchestrator.raft.group.RaftStatus;
import dev.orchestrator.raft.net.LinkOptions;
import dev.orchestrator.server.config.NodeConfig;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.log.LogFolder;
import dev.orchestrator.store.log.RocksLogStorage;
import dev.orchestrator.store.replication.FormatWatch;
import dev.orchestrator.store.replication.RaftReplicator;
import dev.orchestrator.store.replication.StateWatch;
import dev.orchestrator.store.sql.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A member of a Raft group, and what a node does on changes of leadership. Thread-safe. */
final class GroupMember implements Group {
  private static final Logger LOG = LoggerFactory.getLogger(GroupMember.class);
  private static final long STATUS_LOG_MILLIS = 5_000;
  private static final long WATCH_MILLIS = 1_000;
  private static final Duration HAND_OVER_TIMEOUT = Duration.ofSeconds(1);

  private final RaftGroup<CommandResult> member;
  private final RaftReplicator replicator;
  private final StateWatch states;
  private final FormatWatch formats;
  private final NodeConfig.Raft config;
  private final LeaderAnnouncer announcer;
  private volatile boolean fit = true;

  private GroupMember(
      RaftGroup<CommandResult> member,
      RaftReplicator replicator,
      StateWatch states,
      FormatWatch formats,
      NodeConfig config) {
    this.member = member;
    this.replicator = replicator;
    this.states = states;
    this.formats = formats;
    this.config = config.raft().orElseThrow();
    this.announcer = new LeaderAnnouncer(replicator, member::status, config.http().advertised());
  }

  /** Opens the log and joins the group in the background. */
  static GroupMember start(
      NodeConfig config,
      boolean bootstrap,
      SqlStateMachine stateMachine,
      Database database,
      FatalHandler fatal) {
    NodeConfig.Raft raft = config.raft().orElseThrow();
    Path folder = raft.dataDir().resolve("raft-log");
    RocksLogStorage storage = LogFolder.open(folder);
    try {
      RaftGroup<CommandResult> member =
          RaftGroup.start(
              new RaftConfig(
                  config.name(),
                  raft.bind(),
                  raft.members(),
                  bootstrap,
                  new RaftTimings(
                      raft.heartbeat().toMillis(),
                      raft.electionMin().toMillis(),
                      raft.electionMax().toMillis()),
                  RaftLimits.DEFAULT,
                  LinkOptions.of(raft.tls()),
                  Optional.of(folder),
                  fatal,
                  CompactionPolicy.DEFAULT),
              storage,
              stateMachine);
      if (raft.tls().isEmpty() && raft.members().size() > 1) {
        LOG.warn(
            "the peer link is plain text: whoever reaches {} can speak as a member;"
                + " set RaftTLSCertFile, RaftTLSKeyFile and RaftTLSCAFile",
            raft.bind());
      }
      RaftReplicator replicator = new RaftReplicator(member, database);
      StateGroup stateGroup = new StateGroup(member, replicator);
      StateWatch states =
          new StateWatch(
              StateWatch.Settings.DEFAULT,
              database,
              replicator,
              replicator,
              stateGroup,
              System::nanoTime);
      stateMachine.onCheck(states::check);
      stateGroup.onReport(states::take);
      FormatGroup formatGroup = new FormatGroup(member);
      FormatWatch formats =
          new FormatWatch(
              CommandCodec.FORMAT_VERSION,
              database,
              replicator,
              replicator,
              formatGroup,
              System::nanoTime);
      formatGroup.onAnnouncement(formats::take);
      return new GroupMember(member, replicator, states, formats, config);
    } catch (RuntimeException e) {
      storage.close();
      throw e;
    }
  }

  @Override
  public Replicator replicator() {
    return replicator;
  }

  @Override
  public Leadership leadership() {
    return replicator;
  }

  @Override
  public Optional<RaftStatus> status() {
    return Optional.of(member.status());
  }

  @Override
  public Optional<ObserverLink> observerLink() {
    return Optional.of(new MemberLink(member));
  }

  @Override
  public Optional<RaftAdmin> raftAdmin() {
    return Optional.of(new RaftAdmin(member, config.defaultPort()));
  }

  @Override
  public void onChange(Runnable listener) {
    member.onChange(
        status -> {
          Thread.ofVirtual().name("announce-leader").start(announcer::announceIfNew);
          listener.run();
        });
  }

  /** Handing over comes first: the successor is ready at once, an election would take longer. */
  @Override
  public void beFit(boolean nowFit) {
    fit = nowFit;
    Thread.ofPlatform()
        .daemon()
        .name("fitness")
        .start(
            () -> {
              if (!nowFit) {
                handOver();
              }
              member.beFit(fit); // the newest word, if there was another meanwhile
            });
  }

  @Override
  public void handOver() {
    if (member.status().role() != RoleName.LEADER) {
      return;
    }
    try {
      boolean moved = member.transferLeadership(Optional.empty(), HAND_OVER_TIMEOUT);
      LOG.info("handed leadership over={} now leads={}", moved, leaderName());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String leaderName() {
    return member.status().leader().map(MemberId::name).orElse("nobody known");
  }

  @Override
  public void watchStates(Watches watches) {
    watches.every(WATCH_MILLIS, "state hashes", states::tick);
    watches.every(WATCH_MILLIS, "command format", formats::tick);
  }

  @Override
  public void watch(Watches watches, Consumer<String> cannotJoin) {
    watches.every(STATUS_LOG_MILLIS, "status log", new StatusLog(member::status));
    watches.every(WATCH_MILLIS, "leader announcement", announcer::announceIfNew);
    watches.every(
        WATCH_MILLIS,
        "join",
        new JoinWatch(member::status, config.joinTimeout(), System::nanoTime, cannotJoin));
  }

  @Override
  public void close() {
    states.close();
    member.close();
  }
}
