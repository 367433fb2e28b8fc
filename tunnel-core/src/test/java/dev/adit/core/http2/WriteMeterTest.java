package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class WriteMeterTest {
  @Property(tries = 1000)
  void everyByteIsToldOnceAndLessThanTheMeasureIsLeftUntold(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    int every = 1 + random.nextInt(100);
    int[] told = new int[1];
    WriteMeter meter = new WriteMeter(every, bytes -> told[0] += bytes);
    ArrayDeque<ChannelFutureListener> unsent = new ArrayDeque<>();
    int written = 0;
    int asked = 0;
    for (int i = 0; i < 50; i++) {
      int bytes = random.nextInt(60);
      written += bytes;
      ChannelFutureListener listener = meter.onWrite(bytes);
      if (listener != null) {
        unsent.add(listener);
        asked = written;
      }
      assertTrue(written - asked < every);
      if (random.nextBoolean() && !unsent.isEmpty()) {
        unsent.remove().operationComplete(null);
      }
      assertTrue(told[0] <= written);
    }
    for (ChannelFutureListener listener : unsent) {
      listener.operationComplete(null);
    }
    assertEquals(asked, told[0]);
  }

  @Example
  void bytesThatNeverLeaveAreToldToo() {
    List<Integer> told = new ArrayList<>();
    EmbeddedChannel channel = new EmbeddedChannel();
    ChannelFutureListener listener = new WriteMeter(0, told::add).onWrite(5);
    assertTrue(listener != null);
    channel.newFailedFuture(new IllegalStateException("closed")).addListener(listener);
    channel.runPendingTasks();
    assertEquals(List.of(5), told);
    channel.finish();
  }
}
