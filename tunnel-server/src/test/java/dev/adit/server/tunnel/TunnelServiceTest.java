package dev.adit.server.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.tunnel.TunnelStream;
import dev.adit.server.registry.AgentSession;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Those who dial the tunnels' port, before their hello and at the end of their connection. */
final class TunnelServiceTest {
  private final TunnelBench bench = new TunnelBench();
  private final TunnelService service = bench.service();
  private final FakeCall call = new FakeCall();

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  /** Opens a call on a tunnel that is up, and lets its head leave. */
  private ResponseLog running(ServerCall.Listener<ByteBuf> tunnel) {
    bench.receive(tunnel, TunnelBench.hello("edge-1", "run"));
    AgentSession session = bench.registry().snapshot().sessions().get(0);
    assertTrue(session.tryBegin());
    TunnelStream stream = session.tunnels()[0];
    ResponseLog response = new ResponseLog();
    bench
        .hand()
        .run(
            () ->
                stream.open(
                    TunnelPair.headers(),
                    AsciiString.of("shop"),
                    AsciiString.of("rule"),
                    1,
                    response));
    return response;
  }

  /** An Accepted may be among what was not read: on another agent the call could run twice. */
  @Test
  void callOnAConnectionThatIsCutForAFloodMayHaveBeenSeen() {
    ServerCall.Listener<ByteBuf> tunnel =
        service.startCall(call, TunnelBench.bearing("secret of the edge"));
    ResponseLog response = running(tunnel);
    List<String> told = new ArrayList<>();
    service.<String>floods((limit, from) -> told.add(limit)).accept("pings", FakeCall.FROM);
    tunnel.onCancel();
    assertNotNull(response.reset());
    assertTrue(response.reset().processed());
    assertEquals(List.of("pings"), told);
    assertTrue(bench.registry().snapshot().sessions().isEmpty());
  }

  @Test
  void callOnAConnectionThatHasEndedWasSeenByNobody() {
    ServerCall.Listener<ByteBuf> tunnel =
        service.startCall(call, TunnelBench.bearing("secret of the edge"));
    ResponseLog response = running(tunnel);
    tunnel.onCancel();
    service.<String>floods((limit, from) -> {}).accept("pings", FakeCall.FROM);
    assertNotNull(response.reset());
    assertTrue(!response.reset().processed());
  }

  @Test
  @SuppressWarnings("NullAway") // What a channel of the JDK's says of a peer that is gone.
  void floodOfAConnectionThatIsGoneIsToldAsWell() {
    List<String> told = new ArrayList<>();
    service.<String>floods((limit, from) -> told.add(limit)).accept("pings", null);
    assertEquals(List.of("pings"), told);
  }

  /** gRPC keeps what nobody asks for, up to a window of 16 MiB. */
  @Test
  void nothingIsKeptOfWhatComesWithAWrongCredential() {
    ServerCall.Listener<ByteBuf> refused = service.startCall(call, TunnelBench.bearing("a guess"));
    assertTrue(call.asked() > 1000);
    ByteBuf message = Unpooled.buffer().writeZero(1000);
    refused.onMessage(message);
    assertEquals(0, message.refCnt());
    bench.hand().run();
    assertNotNull(call.status());
    assertEquals(Status.Code.UNAUTHENTICATED, call.status().getCode());
  }
}
