package dev.orchestrator.raft.net;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
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
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The group's network: one connection to each other member to send on, one from each to receive
 * from. Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed channel shows as channelInactive
public final class NettyTransport implements Transport {
  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
  private static final int IO_THREADS = 2;
  private static final long BIND_TIMEOUT_MILLIS = 10_000;
  private static final long STOP_TIMEOUT_MILLIS = 3_000;

  private final EventLoopGroup group;
  private final Channel server;
  private final NavigableMap<String, PeerLink> links = new TreeMap<>();
  private volatile Identity identity;

  /**
   * Listens and begins to dial the other members.
   *
   * @param bind address to listen on
   * @param names all configured members, this one among them
   * @throws IOException the address cannot be listened on
   */
  public NettyTransport(HostPort bind, List<String> names, Identity identity, Receiver receiver)
      throws IOException {
    this.identity = identity;
    boolean epoll = Epoll.isAvailable();
    ThreadFactory threads = new DefaultThreadFactory("peer-io", true);
    this.group =
        new MultiThreadIoEventLoopGroup(
            IO_THREADS, threads, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    String selfName = identity.self().name();
    Handshake handshake = new Handshake(selfName, names.stream().sorted().distinct().toList());
    OncePerReason refusals = new OncePerReason();
    this.server =
        listen(
            new ServerBootstrap()
                .group(group)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new PeerServer(handshake, this::identity, receiver, refusals)),
            bind);
    Bootstrap dialler =
        new Bootstrap()
            .group(group)
            .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(
                    FrameLimits.MAX_QUEUED_BYTES / 2, FrameLimits.MAX_QUEUED_BYTES));
    for (String name : handshake.names()) {
      if (!name.equals(selfName)) {
        HostPort address = HostPort.parse(name);
        links.put(
            name, new PeerLink(address, handshake, this::identity, receiver, refusals, dialler));
      }
    }
    links.values().forEach(PeerLink::dial);
  }

  private Channel listen(ServerBootstrap bootstrap, HostPort bind) throws IOException {
    ChannelFuture bound = bootstrap.bind(new InetSocketAddress(bind.host(), bind.port()));
    if (!bound.awaitUninterruptibly(BIND_TIMEOUT_MILLIS) || !bound.isSuccess()) {
      group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      throw new IOException("cannot listen on " + bind.text() + " for Raft", bound.cause());
    }
    return bound.channel();
  }

  private Identity identity() {
    return identity;
  }

  @Override
  public void send(MemberId to, RaftMessage message) {
    PeerLink link = links.get(to.name());
    if (link != null) {
      link.send(to, message);
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
  public void identify(Identity newIdentity) {
    identity = newIdentity;
  }

  @Override
  public void close() {
    server.close();
    links.values().forEach(PeerLink::close);
    group
        .shutdownGracefully(0, STOP_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP_TIMEOUT_MILLIS);
  }
}
