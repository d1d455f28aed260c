package dev.orchestrator.raft.net;

import dev.orchestrator.proto.raft.Frame;
import dev.orchestrator.proto.raft.Hello;
import dev.orchestrator.proto.raft.Note;
import dev.orchestrator.proto.raft.Pong;
import dev.orchestrator.proto.raft.Refusal;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.port.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accepting side: connections on which the other members send to this one. Thread-safe; its
 * handlers run on the network threads.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed channel shows as channelInactive
final class PeerServer extends ChannelInitializer<Channel> {
  private static final Logger log = LoggerFactory.getLogger(PeerServer.class);

  /** More than a group ever needs; strangers cannot use up the file descriptors. */
  private static final int MAX_CONNECTIONS = 128;

  private final Handshake handshake;
  private final Supplier<Transport.Identity> identity;
  private final Transport.Receiver receiver;
  private final OncePerReason refusals;
  private final AtomicInteger connections = new AtomicInteger();

  /** Newest connection of each member by name. */
  private final Map<String, Channel> current = new ConcurrentHashMap<>();

  PeerServer(
      Handshake handshake,
      Supplier<Transport.Identity> identity,
      Transport.Receiver receiver,
      OncePerReason refusals) {
    this.handshake = handshake;
    this.identity = identity;
    this.receiver = receiver;
    this.refusals = refusals;
  }

  @Override
  protected void initChannel(Channel channel) {
    channel.closeFuture().addListener(_ -> connections.decrementAndGet());
    if (connections.incrementAndGet() > MAX_CONNECTIONS) {
      refusals.warn("more than " + MAX_CONNECTIONS + " connections: refused another one");
      channel.close();
      return;
    }
    FramePipeline.addTo(channel.pipeline());
    channel.pipeline().addLast("peer", new PeerHandler());
  }

  private final class PeerHandler extends SimpleChannelInboundHandler<Frame> {
    private @Nullable MemberId peer;

    PeerHandler() {
      super(Frame.class);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Frame frame) {
      MemberId from = peer;
      switch (frame.getBodyCase()) {
        case HELLO -> onHello(context, frame.getHello());
        case PING ->
            context.writeAndFlush(Frame.newBuilder().setPong(Pong.getDefaultInstance()).build());
        case RAFT -> {
          if (from == null) {
            context.close(); // nobody speaks before the handshake
            return;
          }
          Optional<String> refusal =
              Handshake.clusterIdRefusal(frame.getRaft().getClusterId(), identity.get());
          if (refusal.isPresent()) {
            refuse(context, from.name() + " " + refusal.get());
            return;
          }
          receiver.onMessage(from, RaftCodec.decode(frame.getRaft()));
        }
        case NOTE -> onNote(context, from, frame.getNote());
        case PONG, REFUSAL, BODY_NOT_SET -> context.close();
      }
    }

    private void onNote(ChannelHandlerContext context, @Nullable MemberId from, Note note) {
      boolean fits = note.getBody().size() <= FrameLimits.MAX_NOTE_BYTES;
      if (from == null || !fits) {
        context.close();
      } else if (Handshake.clusterIdRefusal(note.getClusterId(), identity.get()).isEmpty()) {
        receiver.onNote(from, note.getBody().toByteArray());
      }
    }

    private void onHello(ChannelHandlerContext context, Hello hello) {
      Optional<String> refusal = handshake.refusal(hello, identity.get());
      if (refusal.isPresent() || peer != null) {
        refuse(context, refusal.orElse("said hello twice"));
        return;
      }
      MemberId member = Handshake.member(hello);
      peer = member;
      Channel former = current.put(member.name(), context.channel());
      if (former != null) {
        former.close();
      }
      context.writeAndFlush(handshake.hello(identity.get()));
    }

    private void refuse(ChannelHandlerContext context, String reason) {
      refusals.warn(
          "refused "
              + context.channel().remoteAddress().toString().replaceAll(":\\d+$", "")
              + ": "
              + reason);
      context
          .writeAndFlush(
              Frame.newBuilder().setRefusal(Refusal.newBuilder().setReason(reason)).build())
          .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      MemberId member = peer;
      if (member != null && current.remove(member.name(), context.channel())) {
        receiver.onPeerLost(member);
      }
      context.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof IdleStateEvent idle && idle.state() == IdleState.READER_IDLE) {
        context.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.debug("connection from {} failed", context.channel().remoteAddress(), cause);
      context.close();
    }
  }
}
