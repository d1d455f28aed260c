package dev.orchestrator.raft.net;

import dev.orchestrator.proto.raft.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.MessageToByteEncoder;
import io.netty.handler.codec.MessageToMessageDecoder;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Bytes to frames and back: four bytes of length, then Protobuf. Stateless. */
final class FramePipeline {
  /**
   * The dialling side pings this often, whatever else it sends: Raft's answers travel on the other
   * member's own connection, so that only pongs show it that this one is alive.
   */
  static final long PING_MILLIS = 1_000;

  /** A connection silent for this long is dead: well above any stall that Raft is to bear. */
  static final long SILENCE_MILLIS = 3_000;

  private static final int LENGTH_BYTES = 4;

  private FramePipeline() {}

  /** Adds the codecs; TLS, where configured, belongs in front of them. */
  static void addTo(ChannelPipeline pipeline) {
    pipeline.addLast("idle", new IdleStateHandler(SILENCE_MILLIS, 0, 0, TimeUnit.MILLISECONDS));
    pipeline.addLast(
        "frames",
        new LengthFieldBasedFrameDecoder(
            FrameLimits.MAX_FRAME_BYTES, 0, LENGTH_BYTES, 0, LENGTH_BYTES));
    pipeline.addLast("decoder", new Decoder());
    pipeline.addLast("encoder", new Encoder());
  }

  private static final class Decoder extends MessageToMessageDecoder<ByteBuf> {
    Decoder() {
      super(ByteBuf.class);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out)
        throws IOException {
      try (var stream = new ByteBufInputStream(bytes)) {
        out.add(Frame.parseFrom(stream));
      }
    }
  }

  private static final class Encoder extends MessageToByteEncoder<Frame> {
    Encoder() {
      super(Frame.class);
    }

    @Override
    protected void encode(ChannelHandlerContext context, Frame frame, ByteBuf out)
        throws IOException {
      out.writeInt(frame.getSerializedSize());
      try (var stream = new ByteBufOutputStream(out)) {
        frame.writeTo(stream);
      }
    }
  }
}
