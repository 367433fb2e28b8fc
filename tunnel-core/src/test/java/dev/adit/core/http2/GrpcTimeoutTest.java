package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

final class GrpcTimeoutTest {
  private static long parse(String text) {
    return GrpcTimeout.parseNanos(new AsciiString(text));
  }

  @Property(tries = 2000)
  void whatIsWrittenIsNeverLongerAndHardlyShorter(
      @ForAll @LongRange(min = 1, max = Long.MAX_VALUE) long nanos) {
    AsciiString text = GrpcTimeout.format(nanos);
    assertTrue(text.length() <= 9, text::toString);
    long back = GrpcTimeout.parseNanos(text);
    assertTrue(back > 0 && back <= nanos, text::toString);
    // The units are a factor of 3600 apart at most; eight digits leave a part of that.
    assertTrue(nanos - back <= Math.max(nanos / 27_000, 1), text::toString);
  }

  @Property(tries = 1000)
  void everyUnitIsUnderstood(@ForAll @IntRange(min = 0, max = 99_999_999) int amount) {
    assertEquals(amount, parse(amount + "n"));
    assertEquals(TimeUnit.MICROSECONDS.toNanos(amount), parse(amount + "u"));
    assertEquals(TimeUnit.MILLISECONDS.toNanos(amount), parse(amount + "m"));
    assertEquals(TimeUnit.SECONDS.toNanos(amount), parse(amount + "S"));
    assertEquals(TimeUnit.MINUTES.toNanos(amount), parse(amount + "M"));
    assertEquals(Math.min(TimeUnit.HOURS.toNanos(amount), Long.MAX_VALUE - 1), parse(amount + "H"));
  }

  @Example
  void anythingElseIsInvalid() {
    for (String text :
        new String[] {
          "",
          "1",
          "n",
          "m1",
          "-1m",
          "+1m",
          "1.5S",
          " 1m",
          "1m ",
          "1 m",
          "123456789n",
          "1s",
          "1h",
          "1d",
          "1mm",
          "\u00b9m",
          "0x1m"
        }) {
      assertEquals(GrpcTimeout.INVALID, parse(text), text);
    }
  }

  @Property(tries = 2000)
  void anyTextIsATimeOrInvalid(@ForAll String text) {
    long nanos = parse(text);
    assertTrue(nanos == GrpcTimeout.INVALID || (nanos >= 0 && nanos < Long.MAX_VALUE));
  }
}
