import dev.orchestrator.bench.Contender;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/** Apache Ratis with its own segmented log, which is flushed before an entry is acknowledged. */
public final class Ratis implements Contender {
  private static final RaftGroupId GROUP = RaftGroupId.valueOf(new UUID(0, 1));

  private static final class Counter extends BaseStateMachine {
    private final AtomicLong count = new AtomicLong();

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
      count.incrementAndGet();
      return CompletableFuture.completedFuture(Message.EMPTY);
    }
  }

  @Override
  public Member start(int index, List<String> addresses, Path folder) throws IOException {
    List<RaftPeer> peers = new ArrayList<>();
    for (int i = 0; i < addresses.size(); i++) {
      peers.add(RaftPeer.newBuilder().setId("n" + i).setAddress(addresses.get(i)).build());
    }
    String address = addresses.get(index);
    RaftProperties properties = new RaftProperties();
    GrpcConfigKeys.Server.setPort(
        properties, Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
    RaftServerConfigKeys.setStorageDir(properties, List.of(folder.resolve("log").toFile()));
    RaftPeerId self = RaftPeerId.valueOf("n" + index);
    RaftServer server =
        RaftServer.newBuilder()
            .setServerId(self)
            .setGroup(RaftGroup.valueOf(GROUP, peers))
            .setProperties(properties)
            .setStateMachine(new Counter())
            .build();
    server.start();
    ClientId client = ClientId.randomId();
    AtomicLong calls = new AtomicLong();
    return new Member() {
      @Override
      public boolean leads() {
        try {
          return server.getDivision(GROUP).getInfo().isLeaderReady();
        } catch (IOException e) {
          return false;
        }
      }

      @Override
      public void propose(byte[] command, End end) {
        ByteString bytes = UnsafeByteOperations.unsafeWrap(command);
        RaftClientRequest request =
            RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(self)
                .setGroupId(GROUP)
                .setCallId(calls.incrementAndGet())
                .setMessage(Message.valueOf(bytes))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
          server
              .submitClientRequestAsync(request)
              .whenComplete(
                  (reply, failure) -> {
                    if (failure == null && reply.isSuccess()) {
                      end.applied();
                    } else {
                      end.failed(failure != null ? failure : reply.getException());
                    }
                  });
        } catch (IOException e) {
          end.failed(e);
        }
      }
    };
  }
}
