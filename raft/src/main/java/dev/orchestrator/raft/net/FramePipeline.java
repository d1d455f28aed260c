package dev.orchestrator.raft.net;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;

/** What every connection has in front of its handler. Stateless. */
final class FramePipeline {
  /**
   * The dialling side pings this often, whatever else it sends: Raft's answers travel on the other
   * member's own connection, so that only pongs show it that this one is alive.
   */
  static final long PING_MILLIS = 1_000;

  /** A connection silent for this long is dead: well above any stall that Raft is to bear. */
  static final long SILENCE_MILLIS = 3_000;

  private FramePipeline() {}

  /** Adds the codecs; TLS, where configured, is in front of them already. */
  static FrameDecoder addTo(ChannelPipeline pipeline) {
    FrameDecoder decoder = new FrameDecoder();
    pipeline.addLast("idle", new IdleStateHandler(SILENCE_MILLIS, 0, 0, TimeUnit.MILLISECONDS));
    pipeline.addLast("decoder", decoder);
    pipeline.addLast("encoder", new FrameEncoder());
    return decoder;
  }
}
