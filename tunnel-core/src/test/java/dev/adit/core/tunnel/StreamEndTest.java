package dev.adit.core.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import dev.adit.testing.tunnel.RequestLog;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tunnel's end while what its calls lead to fails. */
final class StreamEndTest {
  private final TunnelPair pair = new TunnelPair();
  private final ResponseLog response = new ResponseLog();

  /** A caller who cannot be told, as where memory is out; that error itself would end the test. */
  private static final class Failing extends ResponseLog {
    @Override
    public void onReset(CallReset cause) {
      throw new LinkageError("of a test");
    }

    @Override
    public void onRequestConsumed(int bytes) {
      throw new LinkageError("of a test");
    }
  }

  @AfterEach
  void nothingIsLeft() {
    pair.cut();
    assertEquals(0, pair.heldBytes());
    assertEquals(0, pair.server().stream().callCount());
    assertEquals(0, pair.server().stream().budget().promised());
    assertEquals(0, pair.agent().stream().budget().promised());
  }

  @Test
  void callThatFailsKeepsNoOtherFromHearingOfTheEnd() {
    pair.open(new Failing());
    pair.open(response);
    pair.settle();
    pair.cut();
    assertNotNull(response.reset());
    assertEquals(2, pair.server().callsEnded());
    assertNotNull(pair.server().closed());
  }

  /** Written to a caller such a list would end its connection, with calls to other agents. */
  @ParameterizedTest
  @ValueSource(strings = {"head", "last head", "trailers"})
  void headThatIsLargerThanCallersTakeEndsTheCall(String what) {
    RequestSide request = pair.open(response);
    pair.settle();
    ResponseSide answer = pair.agent().newest().response();
    HeaderFields large = new HeaderFields();
    large.add(AsciiString.of("a"), AsciiString.of("b".repeat(ResponseHead.MOST_BYTES)));
    if (what.equals("trailers")) {
      answer.onHead(new ResponseHead(200, new HeaderFields()), false);
      answer.onTrailers(large);
    } else {
      answer.onHead(new ResponseHead(200, large), what.equals("last head"));
    }
    pair.settle();
    assertNotNull(response.reset());
    assertEquals(CallFailure.HEADER_TOO_LARGE, response.reset().failure());
    assertNull(pair.server().closed());
    request.onCancel(CallReset.cancelled());
    pair.settle();
  }

  /** Its slot was given back twice, so that the agent got more calls than it takes. */
  @Test
  void callThatAnotherTakesWithItEndsOnce() {
    RequestSide[] second = new RequestSide[1];
    pair.open(
        new ResponseLog() {
          @Override
          public void onReset(CallReset cause) {
            super.onReset(cause);
            second[0].onCancel(CallReset.cancelled());
          }
        });
    second[0] = pair.open(response);
    pair.cut();
    assertEquals(2, pair.server().callsEnded());
    assertFalse(response.isEnded());
  }

  /** The frames of the message were lost, and calls waited for them as long as the tunnel lived. */
  @Test
  void messageThatCannotBeMadeEndsTheTunnel() {
    RequestSide failing = pair.open(new Failing());
    pair.open(response).onRequestChunk(pair.chunk(1), true);
    failing.onRequestChunk(pair.chunk(1), true);
    pair.settle();
    assertNotNull(pair.server().transport().aborted());
    assertNotNull(pair.server().closed());
    assertNotNull(response.reset());
    assertEquals(2, pair.server().callsEnded());
  }

  /** Nor did whoever dials hear of such a tunnel's end, and dialled no other. */
  @Test
  void callThatNobodyCouldTakeKeepsNoOtherFromHearingOfTheEnd() {
    pair.open(response);
    pair.settle();
    RequestLog first = pair.agent().newest().request();
    pair.agent().failCalls();
    pair.open(new ResponseLog());
    pair.settle();
    assertNotNull(first.cancelled());
    assertNotNull(pair.agent().closed());
    assertNotNull(pair.agent().transport().aborted());
  }

  /**
   * gRPC ends such a stream, but hands over what has come meanwhile: a body went on with a hole.
   */
  @Test
  void nothingIsReadBehindWhatCouldNotBeRead() {
    ResponseLog failing =
        new ResponseLog() {
          @Override
          public void onResponseChunk(ByteBuf data, boolean last) {
            data.release();
            throw new LinkageError("of a test");
          }
        };
    pair.open(failing);
    pair.open(response);
    pair.settle();
    ResponseSide agent = pair.agent().arrived().get(0).response();
    agent.onHead(new ResponseHead(200, new HeaderFields()), false);
    agent.onResponseChunk(pair.chunk(10), false);
    pair.hand().run();
    agent.onTrailers(new HeaderFields());
    pair.settle();
    assertEquals(List.of("head 200", "reset tunnel-lost last"), failing.events());
    assertNotNull(response.reset());
    assertTrue(response.reset().processed());
  }
}
