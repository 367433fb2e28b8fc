package dev.adit.core.tunnel.grpc;

import dev.adit.proto.v1.TunnelServiceGrpc;
import io.grpc.Drainable;
import io.grpc.HasByteBuffer;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * {@code tunnel.v1.TunnelService/Proxy} with messages as buffers: they are written and read without
 * a message object between.
 */
public final class ProxyMethod {
  /**
   * The method. A message that is sent must have an array; one that is received is direct where it
   * can be. Each is owned by its receiver.
   */
  public static final MethodDescriptor<ByteBuf, ByteBuf> DESCRIPTOR =
      MethodDescriptor.<ByteBuf, ByteBuf>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName(TunnelServiceGrpc.getProxyMethod().getFullMethodName())
          .setRequestMarshaller(new BufferMarshaller())
          .setResponseMarshaller(new BufferMarshaller())
          .build();

  private ProxyMethod() {}

  private static final class BufferMarshaller implements MethodDescriptor.Marshaller<ByteBuf> {
    @Override
    public InputStream stream(ByteBuf message) {
      return new BufferStream(message);
    }

    @Override
    public ByteBuf parse(InputStream stream) {
      try {
        if (!(stream instanceof KnownLength)) {
          // A peer that compresses: gRPC knows the length only when it has read it all.
          return Unpooled.wrappedBuffer(stream.readAllBytes());
        }
        int length = stream.available();
        ByteBuf message = PooledByteBufAllocator.DEFAULT.buffer(length, length);
        try {
          copy(stream, message, length);
          return message;
        } catch (IOException | RuntimeException e) {
          message.release();
          throw e;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void copy(InputStream from, ByteBuf to, int length) throws IOException {
      if (from instanceof HasByteBuffer source && source.byteBufferSupported()) {
        while (to.readableBytes() < length) {
          ByteBuffer part = source.getByteBuffer();
          if (part == null) {
            throw new IOException("the message is cut off");
          }
          int bytes = part.remaining();
          to.writeBytes(part);
          from.skipNBytes(bytes);
        }
        return;
      }
      to.writeBytes(from, length);
    }
  }

  /** A message on its way into gRPC's framer, which drains and closes it. Owns the buffer. */
  private static final class BufferStream extends InputStream implements KnownLength, Drainable {
    private final ByteBuf message;
    private boolean closed;

    BufferStream(ByteBuf message) {
      this.message = message;
    }

    @Override
    public int available() {
      return message.readableBytes();
    }

    @Override
    public int read() {
      return message.isReadable() ? message.readUnsignedByte() : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (!message.isReadable()) {
        return -1;
      }
      int bytes = Math.min(length, message.readableBytes());
      message.readBytes(target, offset, bytes);
      return bytes;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int bytes = message.readableBytes();
      target.write(message.array(), message.arrayOffset() + message.readerIndex(), bytes);
      message.skipBytes(bytes);
      return bytes;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        message.release();
      }
    }
  }
}
