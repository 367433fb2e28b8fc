package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class WriteMeterTest {
  @Property(tries = 1000)
  void everyByteIsToldOnceAndLessThanTheMeasureIsLeftUntold(@ForAll long seed) {
    Random random = new Random(seed);
    int every = 1 + random.nextInt(100);
    WriteMeter meter = new WriteMeter(every);
    int written = 0;
    int told = 0;
    for (int i = 0; i < 50; i++) {
      int bytes = random.nextInt(60);
      written += bytes;
      int left = meter.onWrite(bytes);
      told += left;
      assertTrue(left == 0 || told == written);
      assertTrue(written - told < every);
    }
  }

  @Example
  void withoutAMeasureEachWriteIsTold() {
    assertEquals(5, new WriteMeter(0).onWrite(5));
  }
}
