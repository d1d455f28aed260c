package dev.orchestrator.bench;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.group.RaftConfig;
import dev.orchestrator.raft.group.RaftGroup;
import dev.orchestrator.raft.port.StateMachine;
import dev.orchestrator.store.log.RocksLogStorage;
import java.nio.file.Path;
import java.util.List;

/** This project's Raft over its RocksDB log, with default settings. */
public final class Ours implements Contender {
  /** Counts entries, and keeps nothing of them. */
  private static final class Counter implements StateMachine<Long> {
    private volatile LogId applied = LogId.ZERO;
    private long count;

    @Override
    public LogId applied() {
      return applied;
    }

    @Override
    public Long apply(LogId id, byte[] command) {
      applied = id;
      return ++count;
    }

    @Override
    public void advance(LogId id) {
      applied = id;
    }

    @Override
    public LogId sync() {
      return applied; // a benchmark does not restart
    }
  }

  @Override
  public Member start(int index, List<String> addresses, Path folder) {
    String self = addresses.get(index);
    RaftConfig config = new RaftConfig(self, self, addresses, BenchNode::die);
    RaftGroup<Long> group = RaftGroup.start(config, RocksLogStorage.open(folder), new Counter());
    return new Member() {
      @Override
      public boolean leads() {
        return group.leaderCheck();
      }

      @Override
      public void propose(byte[] command, End end) {
        var _ =
            group
                .propose(command)
                .whenComplete(
                    (_, failure) -> {
                      if (failure == null) {
                        end.applied();
                      } else {
                        end.failed(failure);
                      }
                    });
      }
    };
  }
}
