package dev.adit.server.entry;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import dev.adit.testing.fuzz.Execution;
import dev.adit.testing.fuzz.FuzzInput;
import dev.adit.testing.http2.Http2Script.Seen;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Whatever bytes a caller sends, the entry reads them as HTTP/2 or ends the connection, by a fault
 * of the caller's; either way nothing is left of it.
 */
final class EntryPipelineFuzzTest {
  private static final int ANYWAY_BYTES = 32 << 20;
  private static final int HELD_ANYWAY_BYTES = 64 << 10;
  private static final int HELD_PER_BYTE = 10;
  private static final int SMALLEST_PIECE = 16;
  private static final long INTERNAL_ERROR = 2;

  /** The first byte says how the rest is taken; the second one how large its pieces are. */
  @FuzzTest
  void connection(byte[] bytes) {
    Execution.of(bytes, ANYWAY_BYTES, EntryPipelineFuzzTest::play);
  }

  private static void play(byte[] bytes) throws IOException {
    FuzzInput input = new FuzzInput(bytes);
    int how = input.next();
    int piece = SMALLEST_PIECE + input.next();
    EntrySettings settings = new EntrySettings();
    settings.greeted = (how & 1) == 0;
    settings.hasRule = (how & 2) == 0;
    settings.maxStreams = 10;
    settings.keepalive = (how & 64) != 0;
    EntryBench bench = new EntryBench(settings);
    @Nullable TunnelPair agent = (how & 4) == 0 ? bench.join("a", 5) : null;
    boolean inPieces = (how & 8) != 0;
    int answered = 0;
    byte[] rest = input.rest();
    for (int at = 0; at < rest.length && bench.isConnected(); ) {
      int end = inPieces ? Math.min(rest.length, at + piece) : rest.length;
      bench.send(Arrays.copyOfRange(rest, at, end));
      at = end;
      if (agent != null) {
        answered = answer(agent, answered, how >> 4 & 3);
      }
      bench.settle();
    }
    check(bench, bytes.length);
    if ((how & 128) != 0) {
      bench.advance(Duration.ofMinutes(2));
    }
    bench.close();
  }

  private static int answer(TunnelPair agent, int from, int kind) {
    for (int i = from; i < agent.agent().arrived().size(); i++) {
      Arrived call = agent.agent().arrived().get(i);
      if (call.request().cancelled() == null) {
        answer(agent, call.response(), kind);
      }
    }
    return agent.agent().arrived().size();
  }

  private static void answer(TunnelPair agent, ResponseSide response, int kind) {
    switch (kind) {
      case 0 -> {
        response.onAccepted(AsciiString.of("u"), AsciiString.of("b"));
        response.onHead(
            new ResponseHead(200, EntryBench.fields("content-type", "application/grpc")), false);
        response.onResponseChunk(agent.chunk(3000), false);
        response.onTrailers(EntryBench.fields("grpc-status", "0"));
      }
      case 1 -> response.onHead(new ResponseHead(404, EntryBench.fields()), true);
      case 2 -> response.onReset(CallReset.failed(CallFailure.BACKEND_UNREACHABLE, "no"));
      default -> {
        // A backend that takes its time.
      }
    }
  }

  private static void check(EntryBench bench, int length) {
    long most = HELD_ANYWAY_BYTES + (long) HELD_PER_BYTE * length;
    assertTrue(bench.heldBytes() <= most, () -> "holds " + bench.heldBytes() + " B");
    for (Seen frame : bench.script().seen()) {
      if (frame.type().equals("goaway") && frame.number() != 0) {
        assertNotEquals(INTERNAL_ERROR, frame.number(), frame::toString);
        assertFalse(bench.isConnected(), "goes on after " + frame);
      }
    }
  }
}
