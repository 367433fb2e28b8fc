package dev.adit.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An agent whose tunnel gives a call back while it is being opened there. */
final class WithheldGroupTest {
  private final DispatchBench bench = new DispatchBench();

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  @Test
  void callGoesWholeToTheAgentItIsPlacedOnInstead() {
    TunnelPair serving = bench.join("serving");
    DispatchBench.Caller other = new DispatchBench.Caller();
    bench.dispatch(TunnelPair.headers(), null, other);
    TunnelPair withheld = bench.join("withheld");
    withheld.server().stream().withhold(Set.of(AsciiString.of(DispatchBench.GROUP.value())));

    RequestSide request = bench.dispatch(TunnelPair.headers(), null);
    request.onRequestChunk(serving.chunk(new byte[] {'a', 'l', 'l'}), true);
    bench.settle();
    assertEquals(List.of("withheld 1", "serving 2"), bench.caller().placed());
    assertEquals(0, withheld.agent().arrived().size());
    Arrived call = serving.agent().newest();
    assertEquals("all", call.request().bodyText());
    assertTrue(call.request().isEnded());
    serving.agent().arrived().forEach(WithheldGroupTest::answer);
    bench.settle();
    assertEquals(List.of("head 200 last"), bench.caller().events());
  }

  private static void answer(Arrived call) {
    call.response().onHead(new ResponseHead(200, new HeaderFields()), true);
  }
}
