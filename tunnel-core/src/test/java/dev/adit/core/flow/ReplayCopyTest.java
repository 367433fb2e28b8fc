package dev.adit.core.flow;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ReplayCopyTest {
  private static final int CALL_LIMIT = 64 * 1024;

  private final AtomicLong process = new AtomicLong();
  private final ReplayCopy copy = new ReplayCopy(process);
  private final List<String> replayed = new ArrayList<>();

  @Test
  void everythingIsHandedOnAgainAsOftenAsAsked() {
    keep("one", false);
    keep("", false);
    keep("two", true);
    replay();
    replay();
    assertEquals(List.of("onetwo", "(last)", "onetwo", "(last)"), replayed);
    assertEquals(6, process.get());
    copy.drop();
    assertEquals(0, process.get());
  }

  @Test
  void bareHalfCloseIsReplayed() {
    keep("", true);
    assertTrue(copy.isEmpty());
    replay();
    assertEquals(List.of("(last)"), replayed);
  }

  /** A connection that ends at a chunk ends the call, which has no use for the copy then. */
  @Test
  void copyMayBeDroppedWhileItIsHandedOn() {
    keep("x".repeat(2000), false);
    keep("y".repeat(2000), true);
    List<Integer> taken = new ArrayList<>();
    copy.replayTo(
        (data, last) -> {
          taken.add(data.readableBytes());
          data.release();
          copy.drop();
        });
    assertEquals(List.of(2000), taken);
    assertEquals(0, process.get());
  }

  @Test
  void originalMayBeReadAndReleasedMeanwhile() {
    ByteBuf data = text("bytes");
    copy.keep(data, false);
    data.skipBytes(5).release();
    replay();
    assertEquals(List.of("bytes"), replayed);
    copy.drop();
  }

  @Test
  void chunkBeginsWhereItsReaderStands() {
    for (int size : new int[] {1, 2000}) {
      ByteBuf data = text("read" + "b".repeat(size)).skipBytes(4);
      copy.keep(data, false);
      data.skipBytes(size).release();
    }
    replay();
    assertEquals(List.of("b", "b".repeat(2000)), replayed);
    copy.drop();
  }

  /** Else a call that sends a few bytes now and then would hold what they came in, read by read. */
  @Test
  void smallChunksDoNotKeepWhatTheyCameIn() {
    StringBuilder sent = new StringBuilder();
    List<ByteBuf> reads = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      ByteBuf read = PooledByteBufAllocator.DEFAULT.buffer(64 * 1024).writeZero(1000);
      String text = "m" + i;
      int at = read.writerIndex();
      read.writeCharSequence(text, US_ASCII);
      copy.keep(read.slice(at, text.length()), false);
      sent.append(text);
      read.release();
      reads.add(read);
      if (i % 500 == 0) {
        assertEquals(sent.toString(), whole());
      }
    }
    assertEquals(sent.toString(), whole());
    assertEquals(0, reads.stream().filter(read -> read.refCnt() > 0).count(), "reads kept");
    assertEquals(sent.length(), process.get());
    assertTrue(copy.buffers() < 10, () -> copy.buffers() + " buffers");
    copy.drop();
    assertEquals(0, process.get());
  }

  private String whole() {
    replayed.clear();
    replay();
    return String.join("", replayed);
  }

  @Test
  void copyBeyondTheCallsLimitIsGivenUpAndFreed() {
    keep("x".repeat(CALL_LIMIT), false);
    assertTrue(copy.isComplete());
    keep("y", true);
    assertFalse(copy.isComplete());
    assertEquals(0, process.get());
    keep("z", false);
    replay();
    assertEquals(0, process.get());
    assertTrue(replayed.stream().noneMatch(text -> text.contains("z")));
  }

  @Test
  void copyBeyondTheProcessLimitIsGivenUpAndTakesNoneOfIt() {
    process.set((16L << 20) - 3);
    keep("abc", false);
    assertTrue(copy.isComplete());
    keep("d", false);
    assertFalse(copy.isComplete());
    assertEquals((16L << 20) - 3, process.get());
  }

  @Test
  void droppingAgainFreesNothingTwice() {
    keep("abc", false);
    copy.drop();
    copy.drop();
    assertEquals(0, process.get());
    assertFalse(copy.isComplete());
  }

  private void keep(String text, boolean last) {
    ByteBuf data = text(text);
    copy.keep(data, last);
    data.release();
  }

  private static ByteBuf text(String text) {
    return ByteBufUtil.writeAscii(PooledByteBufAllocator.DEFAULT, text);
  }

  private void replay() {
    copy.replayTo(
        (data, last) -> {
          if (data.isReadable()) {
            replayed.add(data.toString(US_ASCII));
          }
          data.release();
          if (last) {
            replayed.add("(last)");
          }
        });
  }
}
