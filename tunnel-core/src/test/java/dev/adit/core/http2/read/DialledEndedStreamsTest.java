package dev.adit.core.http2.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.testing.http2.EdgeBench;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Late frames of a peer that we have dialled. */
final class DialledEndedStreamsTest {
  private static final int PROTOCOL_ERROR = 1;
  private static final int CANCEL = 8;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int WINDOW = 100_000;

  private final EdgeBench.Edge edge = EdgeBench.dialling();
  private final EdgeBench bench = new EdgeBench(edge);

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void dialledPeerMaySendOnWhateverWeHaveReset() {
    ByteBuf preface = bench.channel.readOutbound();
    preface.release();
    bench.send(bench.script.settings(INITIAL_WINDOW_SIZE, WINDOW));
    bench.send(bench.script.settingsAck());
    AsciiString text = AsciiString.of("a");
    Http2HeaderFields head =
        Http2HeaderFields.ofRequest(
            AsciiString.of("POST"),
            AsciiString.of("http"),
            text,
            AsciiString.of("/a"),
            new HeaderFields());
    for (int id = 1; id < 200; id += 2) {
      int stream = id;
      bench.hand.run(() -> edge.writeFields(stream, head, false, null));
      bench.hand.run(() -> edge.writeReset(stream, CANCEL));
    }
    bench.read();
    for (int id = 1; id < 200; id += 2) {
      bench.send(bench.script.headers(id, false, ":status", "200"));
      bench.send(bench.script.data(id, false, "body"));
      bench.send(bench.script.headers(id, true, "a", "b"));
      bench.send(bench.script.reset(id, 0));
    }
    assertEquals(List.of(), bench.read());
    assertTrue(bench.channel.isActive());
    bench.send(bench.script.data(201, false, "body"));
    bench.assertEnded(PROTOCOL_ERROR);
  }
}
