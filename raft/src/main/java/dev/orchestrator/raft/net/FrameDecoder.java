package dev.orchestrator.raft.net;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.orchestrator.proto.raft.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Bytes to frames: four bytes of length, then Protobuf. Until the handshake is through only small
 * frames are taken. Confined to its connection's network thread.
 */
final class FrameDecoder extends ByteToMessageDecoder {
  private static final int LENGTH_BYTES = 4;

  /** First two bytes of a TLS connection: a handshake record of version 3.x. */
  private static final int TLS_HANDSHAKE = 0x1603;

  private int maxBytes = FrameLimits.MAX_HELLO_BYTES;
  private PeerTraffic traffic = new PeerTraffic();

  /** The handshake is through: large frames are welcome, and counted for this member. */
  void open(PeerTraffic ofPeer) {
    maxBytes = FrameLimits.MAX_FRAME_BYTES;
    traffic = ofPeer;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (in.readableBytes() < LENGTH_BYTES) {
      return;
    }
    int length = in.getInt(in.readerIndex());
    if (length < 0 || length > maxBytes) {
      int begin = in.getUnsignedShort(in.readerIndex());
      in.skipBytes(in.readableBytes());
      throw new CodecException(
          begin == TLS_HANDSHAKE
              ? "it speaks TLS, but this member has no certificates: set RaftTLSCertFile,"
                  + " RaftTLSKeyFile and RaftTLSCAFile on all members or on none"
              : "no frame: a length of " + Integer.toUnsignedString(length) + " bytes");
    }
    if (in.readableBytes() < LENGTH_BYTES + length) {
      return;
    }
    in.skipBytes(LENGTH_BYTES);
    traffic.receivedBytes.add(LENGTH_BYTES + length);
    out.add(parse(in.readSlice(length)));
  }

  /** The frame in these bytes. */
  static Frame parse(ByteBuf bytes) {
    try {
      return Frame.parseFrom(bytes.nioBuffer());
    } catch (InvalidProtocolBufferException e) {
      throw new CodecException("no frame: " + e.getMessage(), e);
    }
  }
}
