package dev.orchestrator.store.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.sql.Database;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rolling upgrades: the log holds a newer format only when every voter reads it (rule T1). */
class FormatWatchTest {
  @TempDir Path folder;

  private final AtomicLong nanos = new AtomicLong();
  private final List<Integer> announced = new ArrayList<>();
  private final List<Command> proposed = new ArrayList<>();
  private List<String> voters = List.of("n1", "n2", "n3");
  private boolean leads = true;
  private Database database;
  private LocalReplicator local;
  private FormatWatch watch;

  @BeforeEach
  void start() {
    database = Database.sqlite(folder.resolve("db"));
    local = new LocalReplicator(new SqlStateMachine(database), "n1", URI.create("http://n1:3000"));
    watch =
        new FormatWatch(
            2,
            database,
            new Recording(),
            new Leading(),
            new FormatWatch.Group() {
              @Override
              public Collection<String> voters() {
                return voters;
              }

              @Override
              public void announce(int format) {
                announced.add(format);
              }
            },
            nanos::get);
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private int agreed() {
    return database.settings().commandFormat();
  }

  @Test
  void theLeaderRaisesWhenAllVotersHaveAnnouncedTheNewerFormat() {
    watch.take("n2", 2);
    watch.tick();
    assertThat(proposed).isEmpty();
    watch.take("n3", 2);
    watch.tick();
    watch.tick();
    assertThat(proposed).containsExactly(new Command.RaiseFormat(2));
    assertThat(agreed()).isEqualTo(2);
    assertThat(announced).isEmpty();
  }

  @Test
  void aMemberOfAnOlderFormatHoldsAllUntilItIsUpgraded() {
    watch.take("n2", 2);
    watch.take("n3", 1);
    watch.tick();
    assertThat(agreed()).isEqualTo(1);
    watch.take("n3", 2);
    watch.tick();
    assertThat(agreed()).isEqualTo(2);
  }

  @Test
  void whatAVoterSaidLongAgoDoesNotCount() {
    watch.take("n2", 2);
    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    watch.take("n3", 2);
    watch.tick();
    assertThat(agreed()).isEqualTo(1);
  }

  @Test
  void aMemberOutsideDoesNotHoldTheOthers() {
    voters = List.of("n1", "n2");
    watch.take("n2", 2);
    watch.take("n9", 1);
    watch.tick();
    assertThat(agreed()).isEqualTo(2);
  }

  @Test
  void aFollowerAnnouncesUntilTheFormatIsAgreed() {
    leads = false;
    watch.tick();
    watch.tick();
    assertThat(announced).containsExactly(2, 2);
    local.submit(new Command.RaiseFormat(2), Duration.ofSeconds(20));
    watch.tick();
    assertThat(announced).hasSize(2);
    assertThat(proposed).isEmpty();
  }

  @Test
  void aNodeWithoutRaftAgreesWithItself() {
    FormatWatch.alone(database, local).tick();
    assertThat(agreed()).isEqualTo(CommandCodec.FORMAT_VERSION);
  }

  private final class Recording implements Replicator {
    @Override
    public Outcome submit(Command command, Duration timeout) {
      proposed.add(command);
      return local.submit(command, timeout);
    }

    @Override
    public Pending begin(Command command, Duration timeout) {
      return local.begin(command, timeout);
    }
  }

  private final class Leading implements Leadership {
    @Override
    public boolean leads() {
      return leads;
    }

    @Override
    public boolean leaderCheck() {
      return leads;
    }

    @Override
    public long term() {
      return 1;
    }

    @Override
    public String self() {
      return "n1";
    }

    @Override
    public Optional<URI> leaderUri() {
      return Optional.empty();
    }

    @Override
    public boolean partOfQuorum() {
      return true;
    }
  }
}
