package dev.adit.core.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.util.AsciiString;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gRPC status that comes with the head, whose end may come with it or later. */
final class StatusInHeadTest {
  private final TunnelPair pair = new TunnelPair();
  private final ResponseLog response = new ResponseLog();

  @AfterEach
  void nothingIsHeld() {
    pair.cut();
    assertEquals(0, pair.heldBytes());
    assertEquals(0, pair.server().stream().callCount());
  }

  private Arrived answeredWithAStatus() {
    pair.open(response);
    pair.settle();
    Arrived call = pair.agent().newest();
    HeaderFields fields = new HeaderFields();
    fields.add(AsciiString.of("grpc-status"), AsciiString.of("5"));
    call.response().onHead(new ResponseHead(200, fields), false);
    return call;
  }

  /** Both are in one frame if the end comes at once: what a caller hears shall not depend on it. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void headWithAStatusIsTheWholeResponseWhenOnlyTheEndFollows(boolean later) {
    Arrived call = answeredWithAStatus();
    if (later) {
      pair.settle();
    }
    call.response().onResponseChunk(pair.chunk(0), true);
    pair.settle();
    assertEquals(List.of("head 200 last"), response.events());
  }

  @Test
  void headWithAStatusIsAHeadWhenMoreFollows() {
    Arrived call = answeredWithAStatus();
    pair.settle();
    call.response().onResponseChunk(pair.chunk(1), false);
    call.response().onTrailers(new HeaderFields());
    pair.settle();
    assertEquals(List.of("head 200", "chunk", "trailers last"), response.events());
  }

  @Test
  void headWithAStatusIsToldBeforeWhatEndsTheCall() {
    answeredWithAStatus();
    pair.settle();
    pair.cut();
    pair.settle();
    assertEquals(List.of("head 200", "reset tunnel-lost last"), response.events());
  }
}
