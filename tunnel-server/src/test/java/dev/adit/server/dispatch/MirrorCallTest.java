package dev.adit.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.flow.ReplayCopy;
import dev.adit.server.dispatch.placement.Choice;
import dev.adit.server.dispatch.placement.Placement;
import dev.adit.server.dispatch.placement.PlacementContext;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Copies end, whatever becomes of them, and with each its slot and its timer are given back. */
final class MirrorCallTest {
  private static final AsciiString RULE = AsciiString.of("r");
  private static final ResponseHead HEAD = new ResponseHead(200, new HeaderFields());
  private static final Duration SHORT = Duration.ofMillis(1);

  private final DispatchBench bench = new DispatchBench();
  private final MirrorSlots slots = new MirrorSlots();
  private final ReplayCopy body = new ReplayCopy(slots.bytes());

  @BeforeEach
  void wholeRequest() {
    bench.join("shadow");
    body.keep(Unpooled.wrappedBuffer(new byte[100]), true);
  }

  @AfterEach
  void nothingIsLeft() {
    body.drop();
    bench.close();
    assertEquals(0, slots.taken());
    assertEquals(0, slots.bytes().get());
    assertFalse(bench.hand().hasTimers());
  }

  private void send(CallHeaders headers) {
    PlacementContext context = new PlacementContext(bench.registry());
    MirrorCall.send(
        slots,
        RULE,
        DispatchBench.GROUP,
        bench.hand().loop(),
        headers,
        body,
        (head, listener) ->
            new Placement(
                context,
                bench.hand().loop(),
                new Placement.Wanted(head, DispatchBench.GROUP, RULE, Choice.LEAST_CALLS),
                listener));
    bench.settle();
  }

  /** One copy is over, and so it was. */
  private void assertCounted(String reason) {
    assertEquals(Map.of(List.of(DispatchBench.GROUP.value(), reason), 1L), slots.counts().all());
  }

  private static CallHeaders within(Duration timeout) {
    CallHeaders usual = TunnelPair.headers();
    return new CallHeaders(
        usual.protocol(),
        usual.method(),
        usual.scheme(),
        usual.authority(),
        usual.path(),
        usual.fields(),
        timeout.toNanos());
  }

  private Arrived arrived() {
    return bench.agents().get(0).agent().newest();
  }

  private void pass(Duration time) {
    bench.hand().advance(time);
    bench.settle();
  }

  static List<Consumer<ResponseSide>> ends() {
    return List.of(
        answer -> answer.onHead(HEAD, true),
        answer -> {
          answer.onHead(HEAD, false);
          answer.onTrailers(new HeaderFields());
        },
        answer -> answer.onReset(CallReset.failed(CallFailure.BACKEND_HTTP, "it fails")));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void endOfTheAnswerGivesTheSlotBack(Consumer<ResponseSide> end) {
    send(TunnelPair.headers());
    assertEquals(1, slots.taken());
    assertTrue(bench.hand().hasTimers());
    assertEquals(100, arrived().request().body().length);
    assertTrue(arrived().request().isEnded());
    end.accept(arrived().response());
    bench.settle();
    assertEquals(0, slots.taken());
  }

  /** Four windows of it, each granted for what was thrown away. */
  @Test
  void answerIsReadToItsEndAndThrownAway() {
    send(TunnelPair.headers());
    ResponseSide answer = arrived().response();
    TunnelPair shadow = bench.agents().get(0);
    answer.onHead(HEAD, false);
    for (int i = 0; i < 4; i++) {
      answer.onResponseChunk(shadow.chunk(TunnelPair.KIB), false);
      bench.settle();
    }
    assertEquals(4 * TunnelPair.KIB, arrived().request().responseConsumed());
    assertEquals(1, slots.taken());
    answer.onResponseChunk(shadow.chunk(1), true);
    bench.settle();
    assertEquals(0, slots.taken());
    assertCounted("");
  }

  @Test
  void deadlineOfTheCallEndsItsCopyToo() {
    send(within(Duration.ofSeconds(5)));
    pass(Duration.ofSeconds(5).minus(SHORT));
    assertNull(arrived().request().cancelled());
    assertEquals(1, slots.taken());
    pass(SHORT);
    assertNotNull(arrived().request().cancelled());
    assertEquals(0, slots.taken());
    assertCounted("deadline");
  }

  @Test
  void copyWithoutADeadlineHasOne() {
    send(TunnelPair.headers());
    pass(Duration.ofNanos(MirrorCall.MAX_NANOS).minus(SHORT));
    assertNull(arrived().request().cancelled());
    pass(SHORT);
    assertNotNull(arrived().request().cancelled());
  }

  @Test
  void longDeadlineIsCutShort() {
    send(within(Duration.ofNanos(2 * MirrorCall.MAX_NANOS)));
    pass(Duration.ofNanos(MirrorCall.MAX_NANOS));
    assertNotNull(arrived().request().cancelled());
  }

  @Test
  void copyThatNoAgentTakesKeepsNoSlot() {
    bench.agents().get(0).cut();
    bench.settle();
    send(within(Duration.ofNanos(TimeUnit.SECONDS.toNanos(1))));
    assertEquals(0, slots.taken());
    assertCounted("no-agent");
  }

  @Test
  void copyWithoutASlotIsLeftOut() {
    for (int i = 0; i < MirrorSlots.MAX_RUNNING; i++) {
      assertTrue(slots.tryTake());
    }
    send(TunnelPair.headers());
    assertTrue(bench.agents().get(0).agent().arrived().isEmpty());
    assertCounted("left-out");
    for (int i = 0; i < MirrorSlots.MAX_RUNNING; i++) {
      slots.giveBack();
    }
  }
}
