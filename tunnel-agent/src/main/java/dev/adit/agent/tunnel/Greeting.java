package dev.adit.agent.tunnel;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.adit.core.tunnel.TunnelTransport;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.TunnelMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** The two messages before a tunnel stream exists: our hello and the server's answer. */
final class Greeting {
  private Greeting() {}

  static void send(TunnelTransport transport, Frame frame) {
    byte[] bytes = TunnelMessage.newBuilder().addFrames(frame).build().toByteArray();
    transport.send(Unpooled.wrappedBuffer(bytes));
  }

  /**
   * The first frame of the first message; an empty one if it does not parse.
   *
   * @param message borrowed
   */
  static Frame read(ByteBuf message) {
    try {
      TunnelMessage parsed = TunnelMessage.parseFrom(ByteBufUtil.getBytes(message));
      return parsed.getFramesCount() == 0 ? Frame.getDefaultInstance() : parsed.getFrames(0);
    } catch (InvalidProtocolBufferException e) {
      return Frame.getDefaultInstance();
    }
  }
}
