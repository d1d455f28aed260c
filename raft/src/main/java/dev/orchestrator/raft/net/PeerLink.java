package dev.orchestrator.raft.net;

import com.google.protobuf.ByteString;
import dev.orchestrator.proto.raft.Frame;
import dev.orchestrator.proto.raft.Hello;
import dev.orchestrator.proto.raft.Note;
import dev.orchestrator.proto.raft.Ping;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.port.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dialling side: the one connection on which this member sends to one other member. Dials again
 * for ever, resolving the name anew each time. Thread-safe; the handler runs on a network thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed channel shows as channelInactive
final class PeerLink {
  private static final Logger log = LoggerFactory.getLogger(PeerLink.class);
  private static final long BACK_OFF_MIN_MILLIS = 20;
  private static final long BACK_OFF_MAX_MILLIS = 250;

  private final HostPort address;
  private final Handshake handshake;
  private final Supplier<Transport.Identity> identity;
  private final Transport.Receiver receiver;
  private final OncePerReason refusals;
  private final Bootstrap bootstrap;

  private volatile Transport.PeerView view;
  private volatile @Nullable Channel ready;
  private volatile @Nullable Channel channel;
  private volatile boolean closed;
  private volatile long backOffMillis = BACK_OFF_MIN_MILLIS;

  PeerLink(
      HostPort address,
      Handshake handshake,
      Supplier<Transport.Identity> identity,
      Transport.Receiver receiver,
      OncePerReason refusals,
      Bootstrap bootstrap) {
    this.address = address;
    this.handshake = handshake;
    this.identity = identity;
    this.receiver = receiver;
    this.refusals = refusals;
    this.view =
        new Transport.PeerView(
            address.text(),
            false,
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.of("not reached yet"));
    this.bootstrap = bootstrap.clone().handler(new LinkInitializer());
  }

  Transport.PeerView view() {
    return view;
  }

  /** Sends if the connection is up to this very incarnation and not choked; else drops. */
  void send(MemberId to, RaftMessage message) {
    Channel open = ready;
    if (open == null || !open.isWritable() || !view.member().equals(Optional.of(to))) {
      return;
    }
    String clusterId = identity.get().clusterId().orElse("");
    open.writeAndFlush(RaftCodec.encode(message, clusterId), open.voidPromise());
  }

  /** Sends a note if the connection is up and nothing waits on it; else drops it. */
  boolean tell(byte[] note) {
    Channel open = ready;
    if (open == null || !open.isWritable() || open.bytesBeforeUnwritable() < note.length) {
      return false;
    }
    Note.Builder words = Note.newBuilder().setBody(ByteString.copyFrom(note));
    words.setClusterId(identity.get().clusterId().orElse(""));
    open.writeAndFlush(Frame.newBuilder().setNote(words).build(), open.voidPromise());
    return true;
  }

  /** Resolving may take seconds, so it has a thread of its own, off the network threads. */
  void dial() {
    if (!closed) {
      Thread.ofPlatform()
          .daemon()
          .name("peer-dial-" + address.text())
          .start(this::resolveAndConnect);
    }
  }

  void close() {
    closed = true;
    Channel open = channel;
    if (open != null) {
      open.close();
    }
  }

  private void resolveAndConnect() {
    InetSocketAddress resolved;
    try {
      resolved = new InetSocketAddress(InetAddress.getByName(address.host()), address.port());
    } catch (UnknownHostException e) {
      lost("cannot resolve the name: " + e.getMessage());
      dialLater();
      return;
    }
    try {
      bootstrap
          .connect(resolved)
          .addListener(
              result -> {
                if (!result.isSuccess()) {
                  lost("cannot connect: " + result.cause().getMessage());
                  dialLater();
                }
              });
    } catch (IllegalStateException e) {
      log.debug("not dialling {}: stopping", address.text(), e);
    }
  }

  private void dialLater() {
    long wait = backOffMillis;
    backOffMillis = Math.min(2 * wait, BACK_OFF_MAX_MILLIS);
    if (!closed && !bootstrap.config().group().isShuttingDown()) {
      bootstrap.config().group().schedule(this::dial, wait, TimeUnit.MILLISECONDS);
    }
  }

  private void lost(String problem) {
    Transport.PeerView before = view;
    view =
        new Transport.PeerView(
            before.name(), false, before.member(), before.clusterId(), false, Optional.of(problem));
  }

  private final class LinkInitializer extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel opened) {
      FramePipeline.addTo(opened.pipeline());
      opened.pipeline().addLast("link", new LinkHandler());
    }
  }

  private final class LinkHandler extends SimpleChannelInboundHandler<Frame> {
    private @Nullable MemberId peer;
    private @Nullable Future<?> pings;
    private String problem = "connection closed";

    LinkHandler() {
      super(Frame.class);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      channel = context.channel();
      if (closed) {
        context.close();
        return;
      }
      context.writeAndFlush(handshake.hello(identity.get()));
      pings =
          context
              .executor()
              .scheduleAtFixedRate(
                  () -> ping(context),
                  FramePipeline.PING_MILLIS,
                  FramePipeline.PING_MILLIS,
                  TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Frame frame) {
      switch (frame.getBodyCase()) {
        case HELLO -> onHello(context, frame.getHello());
        case REFUSAL -> {
          problem = "refused by " + address.text() + ": " + frame.getRefusal().getReason();
          refusals.warn(problem);
          context.close();
        }
        case PONG -> {}
        case PING, RAFT, NOTE, BODY_NOT_SET -> context.close();
      }
    }

    private void onHello(ChannelHandlerContext context, Hello hello) {
      Optional<String> refusal = handshake.refusal(hello, identity.get());
      if (refusal.isEmpty() && !hello.getMember().getName().equals(address.text())) {
        refusal = Optional.of("answers as " + hello.getMember().getName());
      }
      if (refusal.isPresent()) {
        problem = "refused " + address.text() + ": " + refusal.get();
        refusals.warn(problem);
        context.close();
        return;
      }
      MemberId member = Handshake.member(hello);
      peer = member;
      backOffMillis = BACK_OFF_MIN_MILLIS;
      view =
          new Transport.PeerView(
              address.text(),
              true,
              Optional.of(member),
              Handshake.clusterId(hello),
              hello.getEmpty(),
              Optional.empty());
      ready = context.channel();
      refusals.forget("refused by " + address.text());
      refusals.forget("refused " + address.text());
      log.info("connected member={} cluster={}", member, hello.getClusterId());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      ready = null;
      Future<?> pinging = pings;
      if (pinging != null) {
        pinging.cancel(false);
      }
      lost(problem);
      MemberId member = peer;
      if (member != null) {
        log.info("connection closed member={}", member);
        receiver.onPeerLost(member);
      }
      dialLater();
      context.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof IdleStateEvent idle && idle.state() == IdleState.READER_IDLE) {
        problem = "no answer for " + FramePipeline.SILENCE_MILLIS + " ms";
        context.close();
      }
    }

    private void ping(ChannelHandlerContext context) {
      context.writeAndFlush(Frame.newBuilder().setPing(Ping.getDefaultInstance()).build());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.debug("connection to {} failed", address.text(), cause);
      problem = "connection failed: " + cause.getMessage();
      context.close();
    }
  }
}
