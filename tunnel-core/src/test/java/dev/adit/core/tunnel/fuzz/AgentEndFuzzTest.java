package dev.adit.core.tunnel.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.testing.fuzz.Execution;

/** Whatever a server sends, each of its calls ends once and nothing is left. */
final class AgentEndFuzzTest {
  private static final int ANYWAY_BYTES = 16 << 20;

  @FuzzTest
  void moves(byte[] moves) {
    Execution.of(
        moves, ANYWAY_BYTES, input -> new FuzzedTunnel(TunnelStream.End.AGENT, input).play());
  }
}
