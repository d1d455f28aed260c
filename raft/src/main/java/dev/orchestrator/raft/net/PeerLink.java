package dev.orchestrator.raft.net;

import com.google.protobuf.ByteString;
import dev.orchestrator.proto.raft.Confirm;
import dev.orchestrator.proto.raft.Frame;
import dev.orchestrator.proto.raft.Hello;
import dev.orchestrator.proto.raft.Note;
import dev.orchestrator.proto.raft.Ping;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.metrics.LinkMetrics;
import dev.orchestrator.raft.port.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dialling side: the one connection on which this member sends to one other member. Dials again
 * for ever, resolving the name anew each time. A connection is replaced, when certificates change,
 * only once the new one is open. Thread-safe; the handlers run on network threads.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed channel shows as channelInactive
final class PeerLink {
  private static final Logger log = LoggerFactory.getLogger(PeerLink.class);
  private static final long BACK_OFF_MIN_MILLIS = 20;
  private static final long BACK_OFF_MAX_MILLIS = 250;
  private static final long RENEW_AGAIN_MILLIS = 1_000;

  /** What all links of a member have in common. */
  record Common(
      Handshake handshake,
      LinkSecurity security,
      NameResolver resolver,
      Supplier<Transport.Identity> identity,
      Transport.Receiver receiver,
      OncePerReason refusals,
      Bootstrap dialler) {}

  private final HostPort address;
  private final Common common;
  private final Bootstrap bootstrap;
  private final PeerTraffic traffic;
  private final AtomicBoolean dialling = new AtomicBoolean();

  private volatile Transport.PeerView view;
  private volatile @Nullable LinkHandler open;
  private volatile @Nullable Channel attempt;
  private volatile boolean closed;

  /**
   * Where something is written and not flushed yet, for the end of a turn of the network thread.
   */
  private volatile @Nullable Channel held;

  private volatile long backOffMillis = BACK_OFF_MIN_MILLIS;

  PeerLink(HostPort address, Common common, PeerTraffic traffic) {
    this.address = address;
    this.common = common;
    this.traffic = traffic;
    this.view =
        new Transport.PeerView(
            address.text(),
            false,
            Optional.empty(),
            Optional.empty(),
            false,
            List.of(),
            Optional.of("not reached yet"));
    this.bootstrap = common.dialler().clone().handler(new LinkInitializer());
  }

  Transport.PeerView view() {
    return view;
  }

  LinkMetrics metrics() {
    LinkHandler connection = open;
    long queued =
        connection == null
            ? 0
            : FrameLimits.MAX_QUEUED_BYTES - connection.channel().bytesBeforeUnwritable();
    return traffic.metrics(address.text(), connection != null, queued);
  }

  /** Sends if the connection is up to this very incarnation and not choked; else drops. */
  void send(MemberId to, RaftMessage message) {
    LinkHandler connection = open;
    if (connection == null
        || !connection.channel().isWritable()
        || !view.member().equals(Optional.of(to))) {
      traffic.droppedMessages.increment();
      return;
    }
    String clusterId = common.identity().get().clusterId().orElse("");
    Frame frame = RaftCodec.encode(message, clusterId);
    traffic.sentMessages.increment();
    traffic.sentBytes.add(Integer.BYTES + frame.getSerializedSize());
    Channel channel = connection.channel();
    if (channel.eventLoop().inEventLoop()) {
      channel.write(frame, channel.voidPromise());
      held = channel;
    } else {
      channel.writeAndFlush(frame, channel.voidPromise());
    }
  }

  /** Lets go what was sent by this thread, if it is the network's own. */
  void flush() {
    Channel channel = held;
    if (channel != null && channel.eventLoop().inEventLoop()) {
      held = null;
      channel.flush();
    }
  }

  /** Sends a note if the connection is up and nothing waits on it; else drops it. */
  boolean tell(byte[] note) {
    LinkHandler connection = open;
    if (connection == null
        || !connection.channel().isWritable()
        || connection.channel().bytesBeforeUnwritable() < note.length) {
      return false;
    }
    Note.Builder words = Note.newBuilder().setBody(ByteString.copyFrom(note));
    words.setClusterId(common.identity().get().clusterId().orElse(""));
    connection
        .channel()
        .writeAndFlush(
            Frame.newBuilder().setNote(words).build(), connection.channel().voidPromise());
    return true;
  }

  /** Begins to dial, unless it is being done or the connection is open. */
  void dial() {
    if (open == null) {
      renew();
    }
  }

  /** Begins to make a connection in place of the one that is open. */
  void renew() {
    if (!closed && dialling.compareAndSet(false, true)) {
      // Resolving may take seconds, so it has a thread of its own, off the network threads.
      Thread.ofPlatform()
          .daemon()
          .name("peer-dial-" + address.text())
          .start(this::resolveAndConnect);
    }
  }

  void close() {
    closed = true;
    LinkHandler connection = open;
    if (connection != null) {
      connection.channel().close();
    }
    Channel unfinished = attempt;
    if (unfinished != null) {
      unfinished.close();
    }
  }

  private void resolveAndConnect() {
    InetSocketAddress resolved;
    try {
      resolved = new InetSocketAddress(common.resolver().resolve(address.host()), address.port());
    } catch (UnknownHostException e) {
      failed("cannot resolve the name: " + e.getMessage());
      return;
    }
    if (closed || bootstrap.config().group().isShuttingDown()) {
      return;
    }
    try {
      bootstrap
          .connect(resolved)
          .addListener(
              result -> {
                if (!result.isSuccess()) {
                  failed("cannot connect: " + result.cause().getMessage());
                }
              });
    } catch (IllegalStateException e) {
      log.debug("not dialling {}: stopping", address.text(), e);
    }
  }

  /** This attempt came to nothing; an older connection may still be open. */
  private void failed(String problem) {
    dialling.set(false);
    if (open == null) {
      lost(problem);
      long wait = backOffMillis;
      backOffMillis = Math.min(2 * wait, BACK_OFF_MAX_MILLIS);
      inMillis(wait, this::dial);
    } else {
      common.refusals().warn("cannot renew the connection to " + address.text() + ": " + problem);
      inMillis(RENEW_AGAIN_MILLIS, this::renew);
    }
  }

  private void inMillis(long waitMillis, Runnable next) {
    if (closed || bootstrap.config().group().isShuttingDown()) {
      return;
    }
    try {
      bootstrap.config().group().schedule(next, waitMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("not dialling {} again: stopping", address.text(), e);
    }
  }

  private void lost(String problem) {
    Transport.PeerView before = view;
    view =
        new Transport.PeerView(
            before.name(),
            false,
            before.member(),
            before.clusterId(),
            false,
            before.configured(),
            Optional.of(problem));
  }

  private final class LinkInitializer extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel opened) {
      attempt = opened;
      common.security().dial(opened);
      FrameDecoder decoder = FramePipeline.addTo(opened.pipeline());
      opened.pipeline().addLast("link", new LinkHandler(opened, decoder));
    }
  }

  /** One connection: being made, then open, then replaced or lost. */
  private final class LinkHandler extends SimpleChannelInboundHandler<Frame> {
    private final Channel channel;
    private final FrameDecoder decoder;
    private final ByteString nonce = common.handshake().newNonce();
    private @Nullable MemberId peer;
    private @Nullable Future<?> pings;
    private long pingedAtNanos;
    private String problem = "connection closed";

    LinkHandler(Channel channel, FrameDecoder decoder) {
      super(Frame.class);
      this.channel = channel;
      this.decoder = decoder;
    }

    Channel channel() {
      return channel;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      context.writeAndFlush(common.handshake().hello(nonce, ByteString.EMPTY));
      context
          .executor()
          .schedule(
              () -> {
                if (peer == null) {
                  problem = "no handshake within " + FrameLimits.HANDSHAKE_MILLIS + " ms";
                  context.close();
                }
              },
              FrameLimits.HANDSHAKE_MILLIS,
              TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Frame frame) {
      switch (frame.getBodyCase()) {
        case HELLO -> {
          if (peer == null) {
            onHello(context, frame.getHello());
          } else {
            onNews(context, frame.getHello());
          }
        }
        case REFUSAL ->
            refused(
                context, "refused by " + address.text() + ": " + frame.getRefusal().getReason());
        case PONG -> {
          if (pingedAtNanos != 0) {
            traffic.roundTrips.record(System.nanoTime() - pingedAtNanos);
            pingedAtNanos = 0;
          }
        }
        case RENEW -> renew();
        case PING, RAFT, NOTE, CONFIRM, BODY_NOT_SET ->
            refused(context, "refused " + address.text() + ": sends what only the other side may");
      }
    }

    private void refused(ChannelHandlerContext context, String why) {
      problem = why;
      common.refusals().warn(why);
      context.close();
    }

    private void onHello(ChannelHandlerContext context, Hello hello) {
      Optional<String> refusal = refusal(hello);
      if (refusal.isPresent()) {
        refused(context, "refused " + address.text() + ": " + refusal.get());
        return;
      }
      MemberId member = Handshake.member(hello);
      peer = member;
      decoder.open(traffic);
      traffic.connections.increment();
      context.writeAndFlush(
          Frame.newBuilder()
              .setConfirm(Confirm.newBuilder().setNonceEcho(hello.getNonce()))
              .build());
      LinkHandler former = open;
      view = Handshake.view(hello);
      open = this;
      backOffMillis = BACK_OFF_MIN_MILLIS;
      dialling.set(false);
      if (former != null) {
        // The other side closes it, once it knows the new one; before, it would take us for dead.
        context
            .executor()
            .schedule(() -> former.channel().close(), RENEW_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      }
      common.refusals().forget("refused by " + address.text());
      common.refusals().forget("refused " + address.text());
      log.info("connected member={} renewed={}", member, former != null);
      pings =
          context
              .executor()
              .scheduleAtFixedRate(
                  () -> ping(context),
                  FramePipeline.PING_MILLIS,
                  FramePipeline.PING_MILLIS,
                  TimeUnit.MILLISECONDS);
      if (closed) {
        context.close();
      }
    }

    private Optional<String> refusal(Hello hello) {
      if (!hello.getNonceEcho().equals(nonce)) {
        return Optional.of("answers another handshake than this one: a replay");
      }
      if (!hello.getMember().getName().equals(address.text())) {
        return Optional.of("answers as " + hello.getMember().getName());
      }
      return common.handshake().judge(hello) instanceof Handshake.Verdict.Refused(String reason)
          ? Optional.of(reason)
          : common.security().refusal(channel, address.text());
    }

    /** The peer says something new of itself; it stays who it is. */
    private void onNews(ChannelHandlerContext context, Hello hello) {
      if (!Handshake.member(hello).equals(peer)) {
        refused(context, "refused " + address.text() + ": becomes somebody else");
      } else if (common.handshake().judge(hello)
          instanceof Handshake.Verdict.Refused(String reason)) {
        refused(context, "refused " + address.text() + ": " + reason);
      } else if (equals(open)) {
        view = Handshake.view(hello);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      Future<?> pinging = pings;
      if (pinging != null) {
        pinging.cancel(false);
      }
      MemberId member = peer;
      if (member == null) {
        failed(problem);
      } else if (equals(open)) {
        open = null;
        lost(problem);
        log.info("connection closed member={}: {}", member, problem);
        common.receiver().onPeerLost(member);
        inMillis(backOffMillis, PeerLink.this::dial);
      }
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
      pingedAtNanos = System.nanoTime();
      context.writeAndFlush(Frame.newBuilder().setPing(Ping.getDefaultInstance()).build());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.debug("connection to {} failed", address.text(), cause);
      Optional<String> reason = LinkSecurity.reason(cause);
      if (reason.isPresent()) {
        refused(context, "refused " + address.text() + ": " + reason.get());
      } else {
        problem = "connection failed: " + cause.getMessage();
        context.close();
      }
    }
  }
}
