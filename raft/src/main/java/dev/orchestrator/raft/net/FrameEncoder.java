package dev.orchestrator.raft.net;

import dev.orchestrator.proto.raft.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToByteEncoder;
import java.io.IOException;

/** Frames to bytes: four bytes of length, then Protobuf. Stateless. */
final class FrameEncoder extends MessageToByteEncoder<Frame> {
  FrameEncoder() {
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
