package dev.adit.core.http2.read;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.EdgeBench;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a peer has sent behind something that we fail at, as where memory is out. */
final class OwnFaultTest {
  private static final int INTERNAL_ERROR = 2;

  /** Fails at a chunk that says so. */
  private static final class Told extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    @Override
    public boolean add(String line) {
      if (line.endsWith(" lost")) {
        throw new LinkageError("of a test");
      }
      return super.add(line);
    }
  }

  private final List<String> told = new Told();
  private final EdgeBench bench =
      new EdgeBench(
          EdgeBench.accepting(
              Http2Settings.defaultSettings(), FloodLimits.DEFAULT, flood -> {}, told));

  @AfterEach
  void close() {
    bench.close();
  }

  /** Its backend got a body that was complete, and had a hole. */
  @Test
  void bodyThatLacksAChunkIsNotReadToItsEnd() {
    bench.begin();
    told.clear();
    bench.send(
        bench.script.headers(
            1, false, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a"));
    told.clear();
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(bench.script.data(1, false, "lost"));
    both.writeBytes(bench.script.data(1, true, "rest"));
    bench.send(both.toByteArray());
    assertEquals(List.of(), told);
    bench.assertEnded(INTERNAL_ERROR);
  }
}
