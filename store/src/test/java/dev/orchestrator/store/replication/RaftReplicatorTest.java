package dev.orchestrator.store.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.group.MemberChange;
import dev.orchestrator.raft.group.ProposalException;
import dev.orchestrator.raft.group.ProposalException.Kind;
import dev.orchestrator.raft.group.RaftMember;
import dev.orchestrator.raft.group.RaftStatus;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftReplicatorTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final MemberId N1 = new MemberId("n1:10008", 1);
  private static final Command COMMAND = new Command.Expire(1);

  @TempDir Path folder;

  /** Another backend keeps the same contract: its test overrides this. */
  TestBackend backend() {
    return TestBackend.sqlite(folder);
  }

  private Database database;
  private SqlStateMachine machine;
  private final FakeMember member = new FakeMember();
  private RaftReplicator replicator;

  @BeforeEach
  void open() {
    database = backend().open("db");
    machine = new SqlStateMachine(database);
    Clock clock = Clock.fixed(Instant.ofEpochMilli(1_000), ZoneOffset.UTC);
    replicator = new RaftReplicator(member, database, clock);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void apply(long index, Command command, long stamp) {
    machine.apply(new LogId(1, index), CommandCodec.encode(command, stamp));
  }

  @Test
  void anAppliedCommandTellsItsResult() {
    member.lead(3);
    member.answer = CompletableFuture.completedFuture(CommandResult.accepted(7));
    assertThat(replicator.submit(COMMAND, LONG))
        .isEqualTo(new Outcome.Applied(CommandResult.accepted(7)));
    assertThat(CommandCodec.decode(member.proposed.getFirst()).command()).isEqualTo(COMMAND);
  }

  @Test
  void aCommandOfANewerFormatWaitsForTheAgreement() {
    member.lead(3);
    Command newer = new Command.EndLostDowntime(new InstanceKey("db1", 3306));
    assertThat(replicator.submit(newer, LONG))
        .isEqualTo(
            new Outcome.Applied(
                CommandResult.refused(
                    "end-lost-in-recovery-downtime waits until every member reads format 2")));
    assertThat(member.proposed).isEmpty();
    apply(1, new Command.RaiseFormat(2), 1);
    member.answer = CompletableFuture.completedFuture(CommandResult.accepted(1));
    replicator.submit(newer, LONG);
    assertThat(member.proposed).hasSize(1);
  }

  @Test
  void stampsGrowByOneWhileTheClockStandsStillOrGoesBack() {
    member.lead(3);
    replicator.submit(COMMAND, LONG);
    replicator.submit(COMMAND, LONG);
    assertThat(member.stamps()).containsExactly(1_000L, 1_001L);
  }

  @Test
  void aNewTermStampsBehindTheNewestStampInTheLog() {
    apply(1, COMMAND, 5_000);
    member.lead(3);
    replicator.submit(COMMAND, LONG);
    apply(2, COMMAND, 9_000); // another leader's, in term 4
    member.lead(5);
    replicator.submit(COMMAND, LONG);
    assertThat(member.stamps()).containsExactly(5_001L, 9_001L);
  }

  @Test
  void whoDoesNotLeadNamesTheLeaderOfTheCurrentTermOnly() {
    member.follow(3);
    assertThat(replicator.submit(COMMAND, LONG)).isEqualTo(new Outcome.NotLeader(Optional.empty()));
    apply(1, new Command.AnnounceLeader("n2:10008", 3, "http://n2:3000"), 1);
    Optional<URI> n2 = Optional.of(URI.create("http://n2:3000"));
    assertThat(replicator.submit(COMMAND, LONG)).isEqualTo(new Outcome.NotLeader(n2));
    assertThat(replicator.leaderUri()).isEqualTo(n2);
    member.follow(4);
    assertThat(replicator.leaderUri()).isEmpty();
    assertThat(replicator.submit(COMMAND, LONG)).isEqualTo(new Outcome.NotLeader(Optional.empty()));
    assertThat(member.proposed).isEmpty();
  }

  @Test
  void failuresBecomeOutcomes() {
    member.lead(3);
    member.fail(new ProposalException(Kind.NOT_LEADER, "deposed"));
    assertThat(replicator.submit(COMMAND, LONG)).isEqualTo(new Outcome.NotLeader(Optional.empty()));
    member.fail(new ProposalException(Kind.OVERLOADED, "full"));
    assertThat(replicator.submit(COMMAND, LONG))
        .isEqualTo(new Outcome.Overloaded(Duration.ofSeconds(1)));
    member.fail(new ProposalException(Kind.UNKNOWN, "leadership lost"));
    assertThat(replicator.submit(COMMAND, LONG)).isEqualTo(new Outcome.Unknown("leadership lost"));
    member.fail(new IllegalStateException("closed"));
    assertThat(replicator.submit(COMMAND, LONG)).isInstanceOf(Outcome.Unknown.class);
    member.answer = new CompletableFuture<>();
    assertThat(replicator.submit(COMMAND, Duration.ofMillis(1)))
        .isEqualTo(new Outcome.Unknown("expire was not committed and applied in time"));
  }

  @Test
  void leadershipIsTheMembersStatus() {
    member.follow(3);
    assertThat(replicator.leads()).isFalse();
    assertThat(replicator.partOfQuorum()).isTrue();
    assertThat(replicator.leaderCheck()).isFalse();
    member.lead(4);
    assertThat(replicator.leads()).isTrue();
    assertThat(replicator.leaderCheck()).isTrue();
    assertThat(replicator.term()).isEqualTo(4);
    assertThat(replicator.self()).isEqualTo("n1:10008");
  }

  /** A member that only says what the test told it. */
  private static final class FakeMember implements RaftMember<CommandResult> {
    private final List<byte[]> proposed = new ArrayList<>();
    private CompletableFuture<CommandResult> answer =
        CompletableFuture.completedFuture(CommandResult.ACCEPTED);
    private RaftStatus status = status(RoleName.FOLLOWER, 0);

    private static RaftStatus status(RoleName role, long term) {
      return new RaftStatus(
          N1,
          role,
          term,
          Optional.of(N1),
          List.of("n1:10008"),
          Optional.of("group"),
          1,
          1,
          1,
          role == RoleName.LEADER,
          true,
          List.of());
    }

    void lead(long term) {
      status = status(RoleName.LEADER, term);
    }

    void follow(long term) {
      status = status(RoleName.FOLLOWER, term);
    }

    void fail(Exception cause) {
      answer = CompletableFuture.failedFuture(cause);
    }

    List<Long> stamps() {
      return proposed.stream().map(b -> CommandCodec.decode(b).stampEpochMillis()).toList();
    }

    @Override
    public long readBarrier(Duration timeout) {
      return status.appliedIndex();
    }

    @Override
    public void changeMembers(MemberChange change, Duration timeout) {}

    @Override
    public long compact(Duration timeout) {
      return 1;
    }

    @Override
    public void beFit(boolean fit) {}

    @Override
    public boolean transferLeadership(Optional<String> to, Duration timeout) {
      return false;
    }

    @Override
    public boolean tell(String member, byte[] note) {
      return false;
    }

    @Override
    public void onNote(BiConsumer<String, byte[]> listener) {}

    @Override
    public CompletableFuture<CommandResult> propose(byte[] command) {
      proposed.add(command);
      return answer;
    }

    @Override
    public RaftStatus status() {
      return status;
    }

    @Override
    public boolean leaderCheck() {
      return status.leaderReady();
    }

    @Override
    public void onChange(Consumer<RaftStatus> listener) {}

    @Override
    public void close() {}
  }
}
