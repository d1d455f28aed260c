package dev.orchestrator.raft.net;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.port.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what came in. */
final class TestInbox implements Transport.Receiver {
  final List<RaftMessage> messages = new CopyOnWriteArrayList<>();
  final List<MemberId> lost = new CopyOnWriteArrayList<>();

  @Override
  public void onMessage(MemberId from, RaftMessage message) {
    messages.add(message);
  }

  @Override
  public void onPeerLost(MemberId member) {
    lost.add(member);
  }

  static String freeAddress(String host) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return host + ":" + socket.getLocalPort();
    }
  }
}
