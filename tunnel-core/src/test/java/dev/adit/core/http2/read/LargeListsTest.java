package dev.adit.core.http2.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.EdgeBench;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Header lists that are larger than may be; the benches' limit is 8,192 bytes. */
final class LargeListsTest {
  private static final int PROTOCOL_ERROR = 1;
  private static final String HEAD = " :method=POST :scheme=http :authority=a :path=/";

  private final List<String> told = new ArrayList<>();
  private final List<Flood> floods = new ArrayList<>();
  private final EdgeBench bench =
      new EdgeBench(
          EdgeBench.accepting(
              Http2Settings.defaultSettings(), FloodLimits.DEFAULT, floods::add, told));

  @AfterEach
  void close() {
    bench.close();
  }

  private byte[] head(int stream, String... more) {
    List<String> fields =
        new ArrayList<>(
            List.of(":method", "POST", ":scheme", "http", ":authority", "a", ":path", "/"));
    fields.addAll(List.of(more));
    return bench.script.headers(stream, true, fields.toArray(String[]::new));
  }

  private void begin() {
    bench.begin();
    told.clear();
  }

  @Test
  void whatFitsIsToldAndTheNextListIsWhole() {
    begin();
    bench.send(head(1, "first", "1", "second", "2".repeat(9000), "third", "3"));
    bench.send(head(3, "third", "3"));
    assertEquals(
        List.of("headers 1" + HEAD + " first=1 cut last", "headers 3" + HEAD + " third=3 last"),
        told);
    assertEquals(List.of(), bench.read());
    assertEquals(List.of(), floods);
  }

  @Test
  void listWithoutRoomForItsPathIsNotCalledMalformed() {
    begin();
    bench.send(bench.script.headers(1, true, ":method", "GET", ":path", "/" + "p".repeat(9000)));
    assertEquals(List.of("headers 1 :method=GET cut last"), told);
    assertEquals(List.of(), bench.read());
  }

  @Test
  void eachCostsAsMuchAsAForcedReset() {
    begin();
    int most = FloodLimits.DEFAULT.forcedResets();
    for (int i = 0; i <= most && bench.channel.isActive(); i++) {
      bench.send(head(2 * i + 1, "a", "b".repeat(9000)));
    }
    assertEquals(List.of(Flood.FORCED_RESETS), floods);
    assertEquals(most, told.size());
  }

  @Test
  void oneThatIsSeveralTimesAsLargeEndsTheConnection() {
    begin();
    String[] fields = new String[80];
    for (int i = 0; i < fields.length; i += 2) {
      fields[i] = "name-" + i;
      fields[i + 1] = "~".repeat(1000);
    }
    bench.send(bench.script.headers(1, true, 16_000, fields));
    bench.assertEnded(PROTOCOL_ERROR);
    assertEquals(List.of(), told);
  }

  @Test
  void peerThatWeDialledMayCutAListIntoManyPieces() {
    List<String> heard = new ArrayList<>();
    EdgeBench.Edge edge = EdgeBench.dialling(heard);
    try (EdgeBench dialling = new EdgeBench(edge)) {
      dialling.send(dialling.script.settings());
      dialling.hand.run(
          () -> edge.writeFields(1, Http2HeaderFields.ofTrailers(new HeaderFields()), true, null));
      dialling.send(dialling.script.headers(1, true, 10, ":status", "200", "a", "b".repeat(2000)));
      assertTrue(heard.get(heard.size() - 1).startsWith("headers 1 :status=200 a=bbb"));
      assertTrue(dialling.channel.isActive());
    }
  }
}
