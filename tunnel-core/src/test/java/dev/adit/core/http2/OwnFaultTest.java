package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.EdgeBench;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a connection when we fail at something, as where memory is out. */
final class OwnFaultTest {
  private static final int INTERNAL_ERROR = 2;
  private static final int WINDOW = 65_535;

  /** Fails at a chunk that says so. */
  private static final class Told extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    @Override
    public boolean add(String line) {
      if (line.endsWith(" lost")) {
        throw new LinkageError("of a test");
      }
      return super.add(line);
    }
  }

  /** Has nothing while it is told to; the error of that name would end the test. */
  private static final class Memory extends AbstractByteBufAllocator {
    private boolean out;

    private void check() {
      if (out) {
        throw new LinkageError("of a test");
      }
    }

    @Override
    protected ByteBuf newHeapBuffer(int bytes, int most) {
      check();
      return UnpooledByteBufAllocator.DEFAULT.heapBuffer(bytes, most);
    }

    @Override
    protected ByteBuf newDirectBuffer(int bytes, int most) {
      check();
      return UnpooledByteBufAllocator.DEFAULT.directBuffer(bytes, most);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }

  private final List<String> told = new Told();
  private final Memory memory = new Memory();
  private final EdgeBench.Edge edge =
      EdgeBench.accepting(Http2Settings.defaultSettings(), FloodLimits.DEFAULT, flood -> {}, told);
  private final EdgeBench bench = new EdgeBench(edge);

  OwnFaultTest() {
    bench.begin();
    bench.send(
        bench.script.headers(
            1, false, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a"));
    told.clear();
    bench.channel.config().setAllocator(memory);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  /** Its backend got a body that was complete, and had a hole. */
  @Test
  void bodyThatLacksAChunkIsNotReadToItsEnd() {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(bench.script.data(1, false, "lost"));
    both.writeBytes(bench.script.data(1, true, "rest"));
    bench.send(both.toByteArray());
    assertEquals(List.of(), told);
    bench.assertEnded(INTERNAL_ERROR);
  }

  /** Its caller got an answer with a hole, once there was memory again. */
  @Test
  void bodyThatLacksBytesIsNotWrittenToItsEnd() {
    edge.writeFields(
        1, Http2HeaderFields.ofResponse(new ResponseHead(200, new HeaderFields())), false, null);
    edge.writeChunk(1, Unpooled.directBuffer().writeZero(WINDOW + 2000), true, null);
    bench.hand.run();
    bench.read();
    assertTrue(bench.channel.isActive());
    memory.out = true;
    bench.send(bench.script.windowUpdate(0, 1000));
    bench.send(bench.script.windowUpdate(1, 1000));
    memory.out = false;
    bench.send(bench.script.windowUpdate(0, 1000));
    bench.send(bench.script.windowUpdate(1, 1000));
    assertEquals(List.of(), bench.read());
    assertFalse(bench.channel.isActive());
  }

  /** Not to who writes: a tunnel, on which others have calls, would end by it. */
  @Test
  void writesThatFailEndTheirConnectionOnly() {
    memory.out = true;
    edge.writeFields(
        1, Http2HeaderFields.ofResponse(new ResponseHead(200, new HeaderFields())), false, null);
    bench.hand.run();
    assertFalse(bench.channel.isActive());
    ByteBuf late = Unpooled.buffer().writeZero(10);
    edge.writeChunk(1, late, true, null);
    assertEquals(0, late.refCnt());
  }

  @Test
  void chunkThatCannotBeWrittenIsReleasedAndEndsItsConnection() {
    edge.writeFields(
        1, Http2HeaderFields.ofResponse(new ResponseHead(200, new HeaderFields())), false, null);
    bench.hand.run();
    memory.out = true;
    ByteBuf chunk = Unpooled.buffer().writeZero(10);
    edge.writeChunk(1, chunk, false, null);
    bench.hand.run();
    assertEquals(0, chunk.refCnt());
    assertFalse(bench.channel.isActive());
  }

  @Test
  void resetThatCannotBeWrittenEndsItsConnection() {
    memory.out = true;
    edge.writeReset(1, 8);
    bench.hand.run();
    assertFalse(bench.channel.isActive());
  }

  @Test
  void connectionThatCannotEvenBeToldToGoIsClosed() {
    memory.out = true;
    bench.send(bench.script.windowUpdate(99, 1));
    assertFalse(bench.channel.isActive());
  }
}
