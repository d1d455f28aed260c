package dev.orchestrator.raft.net;

import com.google.protobuf.CodedOutputStream;
import dev.orchestrator.proto.raft.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToByteEncoder;
import java.io.IOException;

/** Frames to bytes: four bytes of length, then Protobuf. Stateless. */
final class FrameEncoder extends MessageToByteEncoder<Frame> {
  private static final int LENGTH_BYTES = 4;

  FrameEncoder() {
    super(Frame.class);
  }

  @Override
  protected ByteBuf allocateBuffer(ChannelHandlerContext context, Frame frame, boolean direct) {
    int bytes = LENGTH_BYTES + frame.getSerializedSize();
    return direct ? context.alloc().ioBuffer(bytes) : context.alloc().heapBuffer(bytes);
  }

  @Override
  protected void encode(ChannelHandlerContext context, Frame frame, ByteBuf out)
      throws IOException {
    int bytes = frame.getSerializedSize();
    out.writeInt(bytes);
    out.ensureWritable(bytes);
    // Straight into the buffer: entries are copied once on their way out.
    CodedOutputStream stream =
        CodedOutputStream.newInstance(out.nioBuffer(out.writerIndex(), bytes));
    frame.writeTo(stream);
    stream.flush();
    stream.checkNoSpaceLeft();
    out.writerIndex(out.writerIndex() + bytes);
  }
}
