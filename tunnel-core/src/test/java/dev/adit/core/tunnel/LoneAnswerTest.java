package dev.adit.core.tunnel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.util.AsciiString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When nothing but Accepted can come before the answer to the only call. */
final class LoneAnswerTest {
  private static final AsciiString NONE = AsciiString.EMPTY_STRING;

  private final TunnelPair pair = new TunnelPair();
  private final TunnelStream server = pair.server().stream();

  @AfterEach
  void close() {
    pair.cut();
  }

  private Arrived sent() {
    pair.open(new ResponseLog()).onRequestChunk(pair.chunk(10), true);
    pair.settle();
    return pair.agent().newest();
  }

  @Test
  void requestThatIsSentAwaitsItsAnswer() {
    RequestSide request = pair.open(new ResponseLog());
    request.onRequestChunk(pair.chunk(10), false);
    assertFalse(server.awaitsLoneAnswer(), "its head is not sent");
    pair.settle();
    assertFalse(server.awaitsLoneAnswer(), "it goes on");
    request.onRequestChunk(pair.chunk(0), true);
    pair.settle();
    assertTrue(server.awaitsLoneAnswer());
    pair.agent().newest().response().onAccepted(NONE, NONE);
    pair.settle();
    assertTrue(server.awaitsLoneAnswer(), "Accepted is no answer");
    pair.agent().newest().response().onHead(new ResponseHead(200, new HeaderFields()), false);
    pair.settle();
    assertFalse(server.awaitsLoneAnswer(), "it has begun");
  }

  @Test
  void requestInOneFrameAwaitsItsAnswer() {
    pair.open(new ResponseLog()).onRequestChunk(pair.chunk(0), true);
    pair.settle();
    assertTrue(server.awaitsLoneAnswer());
  }

  @Test
  void requestBeyondItsCreditDoesNot() {
    pair.open(new ResponseLog()).onRequestChunk(pair.chunk(2 * TunnelPair.KIB), true);
    pair.settle();
    assertFalse(server.awaitsLoneAnswer(), "credit must come first");
  }

  @Test
  void oneOfTwoIsNotAlone() {
    Arrived first = sent();
    Arrived second = sent();
    assertFalse(server.awaitsLoneAnswer());
    first.response().onReset(CallReset.cancelled());
    pair.settle();
    assertTrue(server.awaitsLoneAnswer(), "the other is alone now");
    second.response().onReset(CallReset.cancelled());
    pair.settle();
    assertFalse(server.awaitsLoneAnswer(), "there is none");
  }

  @Test
  void callThatWasCancelledAwaitsItsEnd() {
    RequestSide request = pair.open(new ResponseLog());
    request.onRequestChunk(pair.chunk(0), true);
    pair.hand().run();
    assertTrue(server.awaitsLoneAnswer());
    request.onCancel(CallReset.cancelled());
    assertFalse(server.awaitsLoneAnswer());
  }
}
