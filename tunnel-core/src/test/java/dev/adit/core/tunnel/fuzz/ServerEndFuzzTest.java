package dev.adit.core.tunnel.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.testing.fuzz.Execution;

/** Whatever an agent sends, each of the server's calls ends once and nothing is left. */
final class ServerEndFuzzTest {
  private static final int ANYWAY_BYTES = 16 << 20;

  @FuzzTest
  void moves(byte[] moves) {
    Execution.of(
        moves, ANYWAY_BYTES, input -> new FuzzedTunnel(TunnelStream.End.SERVER, input).play());
  }
}
