package dev.adit.server.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.HeaderFields;
import dev.adit.testing.fuzz.Execution;
import dev.adit.testing.fuzz.FuzzInput;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Of all header lists, those and only those go on that {@link HeadOracle} calls sound; what goes on
 * is what was sent, less what ends here, and what we add.
 */
final class RequestHeadFuzzTest {
  private static final int ANYWAY_BYTES = 32 << 20;
  private static final int MAX_FIELDS = 24;
  private static final int MAX_TEXT = 64;

  private static final List<String> NAMES =
      List.of(
          ":method",
          ":scheme",
          ":path",
          ":authority",
          "host",
          "content-type",
          "te",
          "grpc-timeout",
          "x-request-id",
          "cookie",
          "connection",
          "transfer-encoding",
          "upgrade",
          "keep-alive",
          "proxy-connection",
          "proxy-a",
          "x-tunnel-reason",
          "x-forwarded-for",
          "forwarded",
          ":status",
          ":protocol",
          "content-length",
          "x-a",
          "X-A");

  private static final List<String> VALUES =
      List.of(
          "POST",
          "GET",
          "OPTIONS",
          "CONNECT",
          "http",
          "https",
          "/",
          "/s.S/M",
          "*",
          "a.example",
          "a.example:80",
          "application/grpc",
          "application/grpc+proto",
          "trailers",
          "gzip",
          "1S",
          "99999999H",
          "-1S",
          "",
          "x\ny",
          "x\ry",
          "x\0y",
          "user@a.example",
          "/a#b",
          "/a b",
          "0");

  @FuzzTest
  void fields(byte[] bytes) {
    Execution.of(bytes, ANYWAY_BYTES, RequestHeadFuzzTest::check);
  }

  private static void check(byte[] bytes) throws IOException {
    List<String> pairs = pairs(new FuzzInput(bytes));
    EntryBench bench = new EntryBench();
    TunnelPair agent = bench.join("a", 1);
    bench.send(bench.script().headers(1, true, pairs.toArray(String[]::new)));
    HeadOracle oracle = new HeadOracle(pairs);
    List<Arrived> arrived = agent.agent().arrived();
    if (arrived.isEmpty()) {
      assertTrue(!oracle.mustGoOn(), () -> "refused: " + pairs);
      assertTrue(!bench.all(1).isEmpty() || !bench.isConnected(), () -> "nobody is told: " + pairs);
    } else {
      assertEquals(List.of(), oracle.faults(), pairs::toString);
      goesOn(oracle, arrived.get(0).head().headers(), pairs);
    }
    bench.close();
  }

  private static List<String> pairs(FuzzInput input) {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < MAX_FIELDS && !input.isOver(); i++) {
      pairs.add(text(input, NAMES));
      pairs.add(text(input, VALUES));
    }
    return pairs;
  }

  /** One of the words, or bytes of the input. */
  private static String text(FuzzInput input, List<String> words) {
    int choice = input.next();
    return choice < words.size()
        ? words.get(choice)
        : new String(input.bytes(choice % MAX_TEXT), StandardCharsets.ISO_8859_1);
  }

  private static void goesOn(HeadOracle oracle, CallHeaders head, List<String> pairs) {
    assertEquals(oracle.value(":method"), head.method().toString());
    assertEquals(oracle.value(":path"), head.path().toString());
    List<String> forwarded = new ArrayList<>();
    HeaderFields fields = head.fields();
    for (int i = 0; i < fields.size(); i++) {
      forwarded.add(fields.name(i).toString());
      forwarded.add(fields.value(i).toString());
    }
    List<String> expected = oracle.forwarded(head.isGrpc());
    if (oracle.value("x-request-id") == null) {
      assertEquals("x-request-id", forwarded.get(forwarded.size() - 2), pairs::toString);
      forwarded = forwarded.subList(0, forwarded.size() - 2);
    }
    assertEquals(expected, forwarded, pairs::toString);
  }
}
