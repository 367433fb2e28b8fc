package dev.adit.core.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What goes into a queue comes out of it, in order, and is freed. */
final class ChunkQueueTest {
  @Property(tries = 1000)
  void bytesKeepTheirOrderHoweverTheyComeAndGo(@ForAll long seed) {
    Random random = new Random(seed);
    ChunkQueue queue = new ChunkQueue();
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    ByteBuf out = Unpooled.buffer();
    List<ByteBuf> made = new ArrayList<>();
    int most = random.nextBoolean() ? 200 : 3000;
    for (int step = 0; step < 40; step++) {
      if (random.nextInt(3) > 0) {
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        in.writeBytes(bytes);
        queue.add(chunk(random, bytes, made));
      } else {
        queue.drainTo(out, random.nextInt(queue.bytes() + 1));
      }
      assertEquals(in.size() - out.readableBytes(), queue.bytes());
      assertEquals(queue.bytes() == 0, queue.isEmpty());
    }
    if (random.nextBoolean()) {
      queue.drainTo(out, queue.bytes());
      assertArrayEquals(in.toByteArray(), ByteBufUtil.getBytes(out));
    }
    queue.discard();
    assertTrue(queue.isEmpty());
    assertEquals(0, queue.bytes());
    assertTrue(made.stream().allMatch(buffer -> buffer.refCnt() == 0));
  }

  /** A chunk as it may come: its own buffer, or a part of a larger one that others hold too. */
  private static ByteBuf chunk(Random random, byte[] bytes, List<ByteBuf> made) {
    ByteBuf whole = Unpooled.buffer().writeLong(1).writeBytes(bytes).writeLong(2);
    made.add(whole);
    if (random.nextBoolean()) {
      return whole.skipBytes(8).writerIndex(8 + bytes.length);
    }
    ByteBuf slice = whole.retainedSlice(8, bytes.length);
    whole.release();
    return slice;
  }

  @Example
  void smallChunksAreCopiedTogetherAndFreeTheLargeBuffersTheyCameIn() {
    ChunkQueue queue = new ChunkQueue();
    List<ByteBuf> large = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      ByteBuf buffer = PooledByteBufAllocator.DEFAULT.heapBuffer(64 * 1024).writeZero(64 * 1024);
      large.add(buffer);
      queue.add(buffer.retainedSlice(0, 10));
      buffer.release();
    }
    assertEquals(0, large.stream().filter(buffer -> buffer.refCnt() > 0).count());
    assertEquals(1000, queue.bytes());
    queue.discard();
  }

  @Example
  void chunkThatOthersHoldTooIsNeverWrittenTo() {
    ChunkQueue queue = new ChunkQueue();
    // As large as the buffers the queue merges into, with room behind its end.
    ByteBuf shared = PooledByteBufAllocator.DEFAULT.heapBuffer(16, 16 * 1024).writeLong(1);
    queue.add(shared.retainedDuplicate());
    queue.add(PooledByteBufAllocator.DEFAULT.heapBuffer().writeLong(2));
    shared.writerIndex(8).writeLong(7);
    ByteBuf out = Unpooled.buffer();
    queue.drainTo(out, 16);
    assertEquals(1, out.readLong());
    assertEquals(2, out.readLong());
    shared.release();
  }

  @Example
  void emptyChunkIsReleasedAtOnce() {
    ChunkQueue queue = new ChunkQueue();
    ByteBuf empty = PooledByteBufAllocator.DEFAULT.heapBuffer();
    queue.add(empty);
    assertEquals(0, empty.refCnt());
    assertTrue(queue.isEmpty());
  }
}
