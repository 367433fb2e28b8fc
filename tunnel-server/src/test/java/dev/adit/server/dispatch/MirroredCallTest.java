package dev.adit.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.flow.ReplayCopy;
import dev.adit.server.dispatch.placement.PlacementListener;
import dev.adit.server.registry.AgentSession;
import dev.adit.testing.tunnel.RequestLog;
import dev.adit.testing.tunnel.ResponseLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which requests are copied, and that the copies' bytes are bounded and given back. */
final class MirroredCallTest {
  private static final int MAX_CALL_BYTES = 64 * 1024;

  /** The side of a caller that is told nothing here. */
  private static final class Caller extends ResponseLog implements PlacementListener {
    @Override
    public void onRetry(int retries) {}

    @Override
    public void onPlaced(AgentSession agent, int attempt) {}
  }

  private final AtomicLong kept = new AtomicLong();
  private final RequestLog own = new RequestLog(false);
  private int copies;
  private final MirroredCall call =
      new MirroredCall(new Caller(), new ReplayCopy(kept), body -> copies++);

  MirroredCallTest() {
    call.request(own);
  }

  @AfterEach
  void nothingIsKept() {
    assertEquals(0, kept.get());
  }

  private void send(int bytes, boolean last) {
    ByteBuf data = Unpooled.buffer(bytes).writeZero(bytes);
    call.onRequestChunk(data, last);
    assertEquals(kept.get() == 0 ? 0 : 1, data.refCnt());
    if (last) {
      assertTrue(own.isEnded());
    }
  }

  @Test
  void requestOfTheLargestSizeIsCopied() {
    send(MAX_CALL_BYTES - 1, false);
    assertEquals(MAX_CALL_BYTES - 1, kept.get());
    send(1, true);
    assertEquals(1, copies);
    assertEquals(MAX_CALL_BYTES, own.body().length);
  }

  @Test
  void largerRequestRunsOnWithoutACopy() {
    send(MAX_CALL_BYTES, false);
    send(1, false);
    assertEquals(0, kept.get());
    send(1, true);
    assertEquals(0, copies);
    assertEquals(MAX_CALL_BYTES + 2, own.body().length);
  }

  @Test
  void cancelledRequestIsNotCopied() {
    send(10, false);
    assertFalse(own.isEnded());
    call.onCancel(CallReset.cancelled());
    assertNotNull(own.cancelled());
    assertEquals(0, copies);
  }

  static List<Consumer<PlacementListener>> ends() {
    ResponseHead head = new ResponseHead(200, new HeaderFields());
    return List.of(
        answer -> answer.onHead(head, true),
        answer -> answer.onResponseChunk(Unpooled.EMPTY_BUFFER, true),
        answer -> answer.onTrailers(new HeaderFields()),
        answer -> answer.onReset(CallReset.failed(CallFailure.BACKEND_HTTP, "it fails")));
  }

  /** Whatever comes of the request then, nobody sends it. */
  @ParameterizedTest
  @MethodSource("ends")
  void callThatEndsBeforeItHalfClosesKeepsNothing(Consumer<PlacementListener> end) {
    send(10, false);
    assertEquals(10, kept.get());
    end.accept(call);
    assertEquals(0, kept.get());
    assertEquals(0, copies);
  }

  @Test
  void answerThatGoesOnKeepsTheCopy() {
    send(10, false);
    call.onHead(new ResponseHead(200, new HeaderFields()), false);
    call.onResponseChunk(Unpooled.EMPTY_BUFFER, false);
    assertEquals(10, kept.get());
    send(1, true);
    assertEquals(1, copies);
  }
}
