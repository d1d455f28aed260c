package dev.orchestrator.raft.net;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.metrics.LinkMetrics;
import dev.orchestrator.raft.port.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The group's network: one connection to each other member to send on, one from each to receive
 * from. Whom to dial and to accept follows the membership. Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed channel shows as channelInactive
public final class NettyTransport implements Transport {
  private static final Logger log = LoggerFactory.getLogger(NettyTransport.class);
  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;

  /** One, so that whatever comes in on it can be answered by it on every connection. */
  private static final int IO_THREADS = 1;

  private static final long BIND_TIMEOUT_MILLIS = 10_000;
  private static final long STOP_TIMEOUT_MILLIS = 3_000;
  private static final long SWEEP_MILLIS = 1_000;

  /** How long a member that left may still be told so, and a guest wait for its membership. */
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int MAX_GUESTS = 16;

  private final EventLoopGroup group;
  private final Channel server;
  private final PeerServer accepting;
  private final PeerLink.Common common;
  private final OncePerReason refusals = new OncePerReason();
  private final Map<String, PeerLink> links = new ConcurrentSkipListMap<>();
  private final Map<String, PeerTraffic> traffic = new ConcurrentHashMap<>();
  private final @Nullable PeerCertificates certificates;
  private final LinkOptions options;
  private final ScheduledExecutorService certificateWatch;

  /** Members that left, and until when (nanoTime) they are still told so. */
  private final Map<String, Long> leaving = new ConcurrentHashMap<>();

  /** Members of the group that this one does not know of yet, and until when they may stay. */
  private final Map<String, Long> guests = new ConcurrentHashMap<>();

  private volatile Set<String> names = Set.of();
  private volatile Identity identity;
  private volatile boolean closed;

  /**
   * Listens and begins to dial the other members.
   *
   * @param bind address to listen on
   * @param names the members as configured; this one may be among them
   * @throws IOException the address cannot be listened on, or a certificate cannot be used
   */
  public NettyTransport(
      HostPort bind,
      Collection<String> names,
      Identity identity,
      Receiver receiver,
      LinkOptions options)
      throws IOException {
    this.identity = identity;
    this.options = options;
    this.certificates =
        options.tls().isPresent()
            ? new PeerCertificates(
                options.tls().get(), HostPort.parse(identity.self().name()).host())
            : null;
    boolean epoll = Epoll.isAvailable();
    ThreadFactory threads = new DefaultThreadFactory("peer-io", true);
    this.group =
        new MultiThreadIoEventLoopGroup(
            IO_THREADS, threads, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    this.certificateWatch =
        Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("peer-tls", true));
    LinkSecurity security = new LinkSecurity(certificates);
    Handshake handshake = new Handshake(this::identity, this::welcome);
    this.accepting =
        new PeerServer(handshake, security, receiver, refusals, this::trafficOf, this::invite);
    this.common =
        new PeerLink.Common(
            handshake,
            security,
            options.resolver(),
            this::identity,
            receiver,
            refusals,
            dialler(epoll));
    members(names);
    this.server =
        listen(
            new ServerBootstrap()
                .group(group)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(accepting),
            bind);
    group.scheduleAtFixedRate(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    watchCertificates();
  }

  private Bootstrap dialler(boolean epoll) {
    return new Bootstrap()
        .group(group)
        .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
        .option(
            ChannelOption.WRITE_BUFFER_WATER_MARK,
            new WriteBufferWaterMark(
                FrameLimits.MAX_QUEUED_BYTES / 2, FrameLimits.MAX_QUEUED_BYTES));
  }

  private Channel listen(ServerBootstrap bootstrap, HostPort bind) throws IOException {
    ChannelFuture bound = bootstrap.bind(new InetSocketAddress(bind.host(), bind.port()));
    if (!bound.awaitUninterruptibly(BIND_TIMEOUT_MILLIS) || !bound.isSuccess()) {
      closed = true;
      links.values().forEach(PeerLink::close);
      group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      certificateWatch.shutdownNow();
      throw new IOException(
          "cannot listen on "
              + bind.text()
              + " for Raft; stop what holds the address or change RaftBind",
          bound.cause());
    }
    return bound.channel();
  }

  private Identity identity() {
    return identity;
  }

  /** Everybody who may talk to this member now. */
  private Set<String> welcome() {
    Set<String> all = new TreeSet<>(names);
    all.addAll(leaving.keySet());
    all.addAll(guests.keySet());
    return all;
  }

  private PeerTraffic trafficOf(String name) {
    return traffic.computeIfAbsent(name, _ -> new PeerTraffic());
  }

  @Override
  public void send(MemberId to, RaftMessage message) {
    PeerLink link = links.get(to.name());
    if (link != null) {
      link.send(to, message);
    }
  }

  @Override
  public void flush() {
    links.values().forEach(PeerLink::flush);
  }

  @Override
  public boolean run(Runnable task) {
    try {
      group.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      log.debug("the network thread has ended", e);
      return false;
    }
  }

  @Override
  public boolean tell(String member, byte[] note) {
    PeerLink link = links.get(member);
    return link != null && link.tell(note);
  }

  @Override
  public List<PeerView> peers() {
    List<PeerView> views = new ArrayList<>();
    links.values().forEach(link -> views.add(link.view()));
    return views;
  }

  @Override
  public List<LinkMetrics> linkMetrics() {
    List<LinkMetrics> all = new ArrayList<>();
    links.values().forEach(link -> all.add(link.metrics()));
    return all;
  }

  @Override
  public long refusedConnections() {
    return refusals.refusals();
  }

  @Override
  public void identify(Identity newIdentity) {
    identity = newIdentity;
    accepting.sayHelloAgain();
  }

  @Override
  public synchronized void members(Collection<String> newNames) {
    Set<String> wanted = new TreeSet<>(newNames);
    wanted.remove(identity.self().name());
    long until = System.nanoTime() + LINGER_NANOS;
    if (wanted.equals(names)) {
      return;
    }
    Set<String> before = new TreeSet<>(names);
    before.addAll(guests.keySet());
    before.removeAll(wanted);
    before.forEach(name -> leaving.put(name, until));
    leaving.keySet().removeAll(wanted);
    guests.clear();
    names = Set.copyOf(wanted);
    wanted.forEach(this::link);
  }

  /** A member that was not known here belongs to the group: its answers need a connection. */
  private synchronized void invite(String name) {
    if (names.contains(name) || (guests.size() >= MAX_GUESTS && !guests.containsKey(name))) {
      return;
    }
    guests.put(name, System.nanoTime() + LINGER_NANOS);
    link(name);
  }

  private void link(String name) {
    if (closed || links.containsKey(name)) {
      return;
    }
    PeerLink link = new PeerLink(HostPort.parse(name), common, trafficOf(name));
    links.put(name, link);
    link.dial();
  }

  /** Ends the links to those that have not been welcome for a while. */
  private synchronized void sweep() {
    long now = System.nanoTime();
    leaving.values().removeIf(until -> until - now < 0);
    guests.replaceAll((name, until) -> accepting.hears(name) ? now + LINGER_NANOS : until);
    guests.values().removeIf(until -> until - now < 0);
    Set<String> welcome = welcome();
    Map<String, PeerLink> gone = new TreeMap<>(links);
    gone.keySet().removeAll(welcome);
    gone.forEach(
        (name, link) -> {
          links.remove(name);
          link.close();
          traffic.remove(name);
          log.info("no link to {} any more: it is not among the members {}", name, welcome);
        });
    accepting.closeUnless(welcome::contains);
  }

  private void watchCertificates() {
    PeerCertificates watched = certificates;
    if (watched == null) {
      return;
    }
    long millis = options.tlsCheck().toMillis();
    certificateWatch.scheduleWithFixedDelay(
        () -> {
          if (watched.reload()) {
            links.values().forEach(PeerLink::renew);
            accepting.renew(options.tlsRenew().toMillis());
          }
        },
        millis,
        millis,
        TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    closed = true;
    certificateWatch.shutdownNow();
    server.close();
    links.values().forEach(PeerLink::close);
    group
        .shutdownGracefully(0, STOP_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP_TIMEOUT_MILLIS);
  }
}
