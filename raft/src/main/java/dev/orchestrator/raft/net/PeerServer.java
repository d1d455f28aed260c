package dev.orchestrator.raft.net;

import com.google.protobuf.ByteString;
import dev.orchestrator.proto.raft.Confirm;
import dev.orchestrator.proto.raft.Frame;
import dev.orchestrator.proto.raft.Hello;
import dev.orchestrator.proto.raft.Note;
import dev.orchestrator.proto.raft.Pong;
import dev.orchestrator.proto.raft.Refusal;
import dev.orchestrator.proto.raft.Renew;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.port.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accepting side: connections on which the other members send to this one. A connection counts
 * only when its handshake is through: hello, hello back, confirmation. Thread-safe; its handlers
 * run on the network threads.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed channel shows as channelInactive
final class PeerServer extends ChannelInitializer<Channel> {
  private static final Logger log = LoggerFactory.getLogger(PeerServer.class);

  private final Handshake handshake;
  private final LinkSecurity security;
  private final Transport.Receiver receiver;
  private final OncePerReason refusals;
  private final Function<String, PeerTraffic> traffic;
  private final Consumer<String> invited;

  /** Connections whose handshake is not through, oldest first. Guarded by itself. */
  private final Deque<Channel> halfOpen = new ArrayDeque<>();

  /** Newest connection of each member by name: as many as there are members. */
  private final Map<String, Channel> current = new ConcurrentHashMap<>();

  /**
   * @param traffic where to count what a member of this name sends
   * @param invited told the name of a member that was not known here, but belongs to the group
   */
  PeerServer(
      Handshake handshake,
      LinkSecurity security,
      Transport.Receiver receiver,
      OncePerReason refusals,
      Function<String, PeerTraffic> traffic,
      Consumer<String> invited) {
    this.handshake = handshake;
    this.security = security;
    this.receiver = receiver;
    this.refusals = refusals;
    this.traffic = traffic;
    this.invited = invited;
  }

  @Override
  protected void initChannel(Channel channel) {
    Channel oldest = null;
    synchronized (halfOpen) {
      halfOpen.addLast(channel);
      if (halfOpen.size() > FrameLimits.MAX_HALF_OPEN) {
        oldest = halfOpen.pollFirst();
      }
    }
    if (oldest != null) {
      // Not the newest: a member's handshake takes milliseconds, a stranger's may never end.
      refusals.warn(
          "more than "
              + FrameLimits.MAX_HALF_OPEN
              + " connections without a handshake: the oldest ones are closed, the last from "
              + host(oldest));
      oldest.close();
    }
    channel.closeFuture().addListener(_ -> settled(channel));
    security.accept(channel);
    FrameDecoder decoder = FramePipeline.addTo(channel.pipeline());
    channel.pipeline().addLast("peer", new PeerHandler(decoder));
    channel
        .eventLoop()
        .schedule(
            () -> {
              if (isHalfOpen(channel)) {
                refusals.warn(
                    "refused "
                        + host(channel)
                        + ": no handshake within "
                        + FrameLimits.HANDSHAKE_MILLIS
                        + " ms");
                channel.close();
              }
            },
            FrameLimits.HANDSHAKE_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  private void settled(Channel channel) {
    synchronized (halfOpen) {
      halfOpen.remove(channel);
    }
  }

  private boolean isHalfOpen(Channel channel) {
    synchronized (halfOpen) {
      return halfOpen.contains(channel);
    }
  }

  private static String host(Channel channel) {
    return String.valueOf(channel.remoteAddress()).replaceAll(":\\d+$", "");
  }

  /** Tells everybody that is connected what this member says of itself now. */
  void sayHelloAgain() {
    current
        .values()
        .forEach(
            channel -> channel.writeAndFlush(handshake.hello(ByteString.EMPTY, ByteString.EMPTY)));
  }

  /** Asks the others for new connections, and ends those that are left after this time. */
  void renew(long withinMillis) {
    Frame please = Frame.newBuilder().setRenew(Renew.getDefaultInstance()).build();
    for (Channel channel : current.values()) {
      channel.writeAndFlush(please);
      channel.eventLoop().schedule(() -> channel.close(), withinMillis, TimeUnit.MILLISECONDS);
    }
  }

  /** Whether a member of this name is connected to this one. */
  boolean hears(String name) {
    return current.containsKey(name);
  }

  /** Ends the connections of members that are not welcome any more. */
  void closeUnless(Predicate<String> welcome) {
    current.forEach(
        (name, channel) -> {
          if (!welcome.test(name)) {
            channel.close();
          }
        });
  }

  private final class PeerHandler extends SimpleChannelInboundHandler<Frame> {
    private final FrameDecoder decoder;
    private final ByteString nonce = handshake.newNonce();
    private @Nullable Hello hello;
    private @Nullable MemberId peer;
    private boolean received;
    private PeerTraffic counters = new PeerTraffic();

    PeerHandler(FrameDecoder decoder) {
      super(Frame.class);
      this.decoder = decoder;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Frame frame) {
      switch (frame.getBodyCase()) {
        case HELLO -> onHello(context, frame.getHello());
        case CONFIRM -> onConfirm(context, frame.getConfirm());
        case PING -> {
          if (isOpen(context)) {
            context.writeAndFlush(Frame.newBuilder().setPong(Pong.getDefaultInstance()).build());
          }
        }
        case RAFT -> {
          if (isOpen(context)) {
            onRaft(context, frame.getRaft());
          }
        }
        case NOTE -> {
          if (isOpen(context)) {
            onNote(context, frame.getNote());
          }
        }
        case PONG, REFUSAL, RENEW, BODY_NOT_SET ->
            refuse(context, "sends what only the other side may: " + frame.getBodyCase());
      }
    }

    /** Nobody speaks before the handshake. */
    private boolean isOpen(ChannelHandlerContext context) {
      if (peer == null) {
        refuse(context, "speaks before the handshake");
      }
      return peer != null;
    }

    private void onHello(ChannelHandlerContext context, Hello offered) {
      if (hello != null) {
        refuse(context, "says hello twice");
        return;
      }
      Handshake.Verdict verdict = handshake.judge(offered);
      Optional<String> refusal =
          verdict instanceof Handshake.Verdict.Refused(String reason)
              ? Optional.of(reason)
              : security.refusal(context.channel(), offered.getMember().getName());
      if (refusal.isPresent()) {
        refuse(context, refusal.get());
        return;
      }
      if (verdict instanceof Handshake.Verdict.Invited) {
        invited.accept(offered.getMember().getName());
      }
      hello = offered;
      context.writeAndFlush(handshake.hello(nonce, offered.getNonce()));
    }

    private void onConfirm(ChannelHandlerContext context, Confirm confirm) {
      Hello offered = hello;
      if (offered == null || peer != null || !confirm.getNonceEcho().equals(nonce)) {
        refuse(context, "confirms another handshake than this one: a replay");
        return;
      }
      MemberId member = Handshake.member(offered);
      peer = member;
      counters = traffic.apply(member.name());
      decoder.open(counters);
      settled(context.channel());
      Channel former = current.put(member.name(), context.channel());
      if (former != null) {
        former.close();
      }
    }

    private void onRaft(
        ChannelHandlerContext context, dev.orchestrator.proto.raft.RaftMessage message) {
      MemberId from = peer;
      if (from == null) {
        return;
      }
      Optional<String> refusal = handshake.clusterIdRefusal(from.name(), message.getClusterId());
      if (refusal.isPresent()) {
        refuse(context, refusal.get());
        return;
      }
      counters.receivedMessages.increment();
      received = true;
      receiver.onMessage(from, RaftCodec.decode(message));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      if (received) {
        received = false;
        receiver.onReceived();
      }
      context.fireChannelReadComplete();
    }

    private void onNote(ChannelHandlerContext context, Note note) {
      MemberId from = peer;
      if (note.getBody().size() > FrameLimits.MAX_NOTE_BYTES) {
        refuse(context, "sends a note of " + note.getBody().size() + " bytes");
      } else if (from != null
          && handshake.clusterIdRefusal(from.name(), note.getClusterId()).isEmpty()) {
        receiver.onNote(from, note.getBody().toByteArray());
      }
    }

    private void refuse(ChannelHandlerContext context, String reason) {
      refusals.warn("refused " + host(context.channel()) + ": " + reason);
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
        if (peer == null) {
          refusals.warn("refused " + host(context.channel()) + ": says nothing");
        }
        context.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      Optional<String> reason = LinkSecurity.reason(cause);
      if (reason.isPresent()) {
        refusals.warn("refused " + host(context.channel()) + ": " + reason.get());
      }
      log.debug("connection from {} failed", context.channel().remoteAddress(), cause);
      context.close();
    }
  }
}
