package dev.adit.core.http2.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.EdgeBench;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A hundred calls in one packet, beside others of the same loop. */
final class TurnShareTest {
  private static final int CALLS = 100;

  /** So that the share is used up after some looks at the clock. */
  private static final Duration OF_A_CALL = Duration.ofNanos(TurnShare.SHARE_NANOS / 10);

  private static final Duration A_TURN = Duration.ofNanos(1);

  /** Told what the edge reads, each call of which takes its time. */
  private final List<String> told =
      new ArrayList<>() {
        private static final long serialVersionUID = 1;

        @Override
        public boolean add(String what) {
          if (slow && what.startsWith("headers")) {
            bench.hand.freeze(OF_A_CALL);
          }
          return super.add(what);
        }
      };

  private final EdgeBench bench =
      new EdgeBench(
          EdgeBench.accepting(
              Http2Settings.defaultSettings(), FloodLimits.DEFAULT, flood -> {}, told));
  private boolean slow;

  @AfterEach
  void close() {
    bench.close();
  }

  private byte[] calls(int first, int count) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = first; i < first + count; i++) {
      all.writeBytes(
          bench.script.headers(
              2 * i + 1,
              false,
              ":method",
              "POST",
              ":scheme",
              "http",
              ":path",
              "/",
              ":authority",
              "a"));
      all.writeBytes(bench.script.data(2 * i + 1, true, "body"));
    }
    return all.toByteArray();
  }

  /** The bytes arrive in the middle of a turn, which is not over when they have been read. */
  private void arrive(byte[] bytes) {
    bench
        .channel
        .pipeline()
        .fireChannelRead(Unpooled.copiedBuffer(bytes))
        .fireChannelReadComplete();
  }

  private long begun() {
    return told.stream().filter(what -> what.startsWith("headers")).count();
  }

  private void begin() {
    bench.begin();
    told.clear();
  }

  @Test
  void callsThatCostLittleAllBeginAtOnce() {
    begin();
    arrive(calls(0, CALLS));
    assertEquals(CALLS, begun());
    assertTrue(bench.channel.config().isAutoRead());
  }

  @Test
  void eachTurnBeginsItsShareAndNothingIsReadMeanwhile() {
    begin();
    slow = true;
    arrive(calls(0, CALLS));
    long ofTurn = begun();
    assertTrue(ofTurn >= 10 && ofTurn <= 10 + 2 * TurnShare.CALLS_A_LOOK, () -> "" + ofTurn);
    assertFalse(bench.channel.config().isAutoRead());
    for (int turn = 2; begun() < CALLS; turn++) {
      assertFalse(bench.channel.config().isAutoRead());
      bench.hand.advance(A_TURN);
      assertEquals(Math.min(CALLS, turn * ofTurn), begun());
    }
    bench.hand.advance(A_TURN);
    assertTrue(bench.channel.config().isAutoRead());
  }

  @Test
  void whatStillArrivesComesBehindWhatWaits() {
    begin();
    slow = true;
    arrive(calls(0, CALLS / 2));
    arrive(calls(CALLS / 2, CALLS / 4));
    for (int turn = 0; turn < CALLS; turn++) {
      bench.hand.advance(A_TURN);
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < CALLS / 2 + CALLS / 4; i++) {
      expected.add("headers " + (2 * i + 1) + " :method=POST :scheme=http :authority=a :path=/");
      expected.add("chunk " + (2 * i + 1) + " body last");
    }
    assertEquals(expected, told);
  }

  @Test
  void connectionThatEndsLeavesTheRestUnread() {
    begin();
    slow = true;
    arrive(calls(0, CALLS));
    long before = begun();
    bench.channel.close();
    bench.hand.advance(A_TURN);
    assertEquals(before, begun());
  }

  @Test
  void turnsWithFewCallsAreNeverHeld() {
    begin();
    slow = true;
    IntStream.range(0, CALLS / 2).forEach(i -> arrive(calls(2 * i, 2)));
    assertEquals(CALLS, begun());
    assertTrue(bench.channel.config().isAutoRead());
  }
}
