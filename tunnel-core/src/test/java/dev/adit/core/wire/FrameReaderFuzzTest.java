package dev.adit.core.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.core.wire.SeenFrame.Recorder;
import dev.adit.core.wire.protobuf.WireException;
import dev.adit.testing.fuzz.Execution;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;

/** Any bytes are a message or are refused, and what is understood can be written again. */
final class FrameReaderFuzzTest {
  private static final int ANYWAY_BYTES = 1 << 20;

  @FuzzTest
  void bytes(byte[] message) {
    Execution.of(message, ANYWAY_BYTES, FrameReaderFuzzTest::check);
  }

  private static void check(byte[] bytes) throws WireException {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    ByteBuf message = allocator.buffer().writeBytes(bytes);
    ByteBuf again = allocator.buffer();
    try {
      List<SeenFrame> seen = read(message);
      for (SeenFrame frame : seen) {
        FrameCodecTest.write(again, frame);
      }
      assertEquals(seen, read(again));
    } catch (WireException e) {
      assertNotNull(e.getMessage());
      assertEquals(0, again.writerIndex(), e.getMessage());
    } finally {
      assertTrue(message.release());
      assertTrue(again.release());
    }
    assertEquals(0, allocator.metric().usedHeapMemory());
  }

  private static List<SeenFrame> read(ByteBuf message) throws WireException {
    Recorder recorder = new Recorder();
    new FrameReader().read(message, recorder);
    return recorder.seen;
  }
}
