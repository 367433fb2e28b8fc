package dev.adit.core.tunnel.grpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Codec;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ProxyMethodTest {
  private static final Marshaller<ByteBuf> MARSHALLER =
      ProxyMethod.DESCRIPTOR.getRequestMarshaller();

  private final byte[] bytes = new byte[70_000];

  ProxyMethodTest() {
    new Random(7).nextBytes(bytes);
  }

  @Test
  void methodIsTheOneOfTheProtoFile() {
    assertEquals("tunnel.v1.TunnelService/Proxy", ProxyMethod.DESCRIPTOR.getFullMethodName());
  }

  @Test
  void messageIsDrainedAsItIsAndReleasedWithItsStream() throws IOException {
    ByteBuf message = PooledByteBufAllocator.DEFAULT.heapBuffer().writeBytes(bytes);
    InputStream stream = MARSHALLER.stream(message);
    assertEquals(bytes.length, stream.available());
    assertEquals(bytes.length, ((KnownLength) stream).available());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertEquals(bytes.length, ((Drainable) stream).drainTo(out));
    stream.close();
    stream.close();
    assertArrayEquals(bytes, out.toByteArray());
    assertEquals(0, message.refCnt());
  }

  @Test
  void messageMayAlsoBeReadAsAStream() throws IOException {
    ByteBuf message = PooledByteBufAllocator.DEFAULT.heapBuffer().writeBytes(bytes);
    try (InputStream stream = MARSHALLER.stream(message)) {
      assertEquals(bytes[0], (byte) stream.read());
      assertArrayEquals(
          java.util.Arrays.copyOfRange(bytes, 1, bytes.length), stream.readAllBytes());
      assertEquals(-1, stream.read());
    }
  }

  @Test
  void messageOfKnownLengthIsReadWhole() {
    parsesTo(new Known(bytes), bytes);
    parsesTo(new Known(new byte[0]), new byte[0]);
  }

  @Test
  void messageOfAPeerThatCompressesIsReadWhole() throws IOException {
    Codec gzip = new Codec.Gzip();
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream out = gzip.compress(compressed)) {
      out.write(bytes);
    }
    parsesTo(gzip.decompress(new ByteArrayInputStream(compressed.toByteArray())), bytes);
  }

  private static void parsesTo(InputStream stream, byte[] expected) {
    ByteBuf message = MARSHALLER.parse(stream);
    assertArrayEquals(expected, ByteBufUtil.getBytes(message));
    message.release();
  }

  /** A stream as gRPC makes it of a message that is not compressed. */
  private static final class Known extends ByteArrayInputStream implements KnownLength {
    Known(byte[] bytes) {
      super(bytes);
    }
  }
}
