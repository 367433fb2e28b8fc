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
  private static final int CALLS = 40;

  private final DispatchBench bench = new DispatchBench();

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  /** Which agent a call is given to first is partly chance. */
  @Test
  void callGoesWholeToTheAgentItIsPlacedOnInstead() {
    TunnelPair serving = bench.join("serving");
    TunnelPair withheld = bench.join("withheld");
    withheld.server().stream().withhold(Set.of(AsciiString.of(DispatchBench.GROUP.value())));
    int again = 0;
    for (int i = 0; i < CALLS; i++) {
      DispatchBench.Caller caller = new DispatchBench.Caller();
      RequestSide request = bench.dispatch(TunnelPair.headers(), null, caller);
      request.onRequestChunk(serving.chunk(new byte[] {'a', 'l', 'l'}), true);
      bench.settle();
      Arrived call = serving.agent().newest();
      assertEquals("all", call.request().bodyText());
      assertTrue(call.request().isEnded());
      call.response().onHead(new ResponseHead(200, new HeaderFields()), true);
      bench.settle();
      assertEquals(List.of("head 200 last"), caller.events());
      again += caller.unplaced().size();
    }
    assertEquals(CALLS, serving.agent().arrived().size());
    assertEquals(0, withheld.agent().arrived().size());
    assertTrue(again > 0, "no call was given to it");
  }
}
