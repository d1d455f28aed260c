import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import dev.orchestrator.bench.Contender;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** SOFAJRaft over its RocksDB log; entries, term and vote synced. */
public final class JRaft implements Contender {
  private static final class Counter extends StateMachineAdapter {
    private long count;
    private volatile boolean leads;

    @Override
    public void onApply(Iterator entries) {
      while (entries.hasNext()) {
        count++;
        Closure done = entries.done();
        if (done != null) {
          done.run(Status.OK());
        }
        entries.next();
      }
    }

    @Override
    public void onLeaderStart(long term) {
      leads = true;
    }

    @Override
    public void onLeaderStop(Status status) {
      leads = false;
    }
  }

  @Override
  public Member start(int index, List<String> addresses, Path folder) throws Exception {
    Files.createDirectories(folder);
    Configuration members = new Configuration();
    if (!members.parse(String.join(",", addresses))) {
      throw new IllegalArgumentException("not a configuration: " + addresses);
    }
    RaftOptions raftOptions = new RaftOptions();
    raftOptions.setSync(true);
    raftOptions.setSyncMeta(true);
    Counter counter = new Counter();
    NodeOptions options = new NodeOptions();
    options.setElectionTimeoutMs(1000);
    options.setFsm(counter);
    options.setInitialConf(members);
    options.setLogUri(folder.resolve("log").toString());
    options.setRaftMetaUri(folder.resolve("meta").toString());
    options.setRaftOptions(raftOptions);
    PeerId self = PeerId.parsePeer(addresses.get(index));
    Node node = new RaftGroupService("bench", self, options).start();
    return new Member() {
      @Override
      public boolean leads() {
        return counter.leads && node.isLeader();
      }

      @Override
      public void propose(byte[] command, End end) {
        Closure done =
            status -> {
              if (status.isOk()) {
                end.applied();
              } else {
                end.failed(new IllegalStateException(status.getErrorMsg()));
              }
            };
        node.apply(new Task(ByteBuffer.wrap(command), done));
      }
    };
  }
}
