package dev.adit.core.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.http2.HeaderNames;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which calls are traced, and what the hop behind is told. */
final class CallTracerTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";
  private static final String IDS = TRACE + "-" + SPAN;
  private static final String OURS = "00-" + TRACE + "-1111111111111111-01";
  private static final int DRAWS = 20_000;

  private final Exported exported = new Exported();
  private final CallTracer always = new CallTracer(exported, 100);
  private final CallTracer never = new CallTracer(exported, 0);

  private static CallHeaders call(String... traceparents) {
    HeaderFields fields = new HeaderFields();
    for (String each : traceparents) {
      fields.add(HeaderNames.TRACEPARENT, AsciiString.of(each));
    }
    fields.add(HeaderNames.TRACESTATE, AsciiString.of("a=1"));
    return call(CallProtocol.GRPC, "/shop.Cart/Get", fields);
  }

  private static CallHeaders call(CallProtocol protocol, String path, HeaderFields fields) {
    return new CallHeaders(
        protocol,
        HeaderNames.POST,
        AsciiString.of("http"),
        AsciiString.of("shop.example:80"),
        AsciiString.of(path),
        fields,
        CallHeaders.NO_TIMEOUT);
  }

  private static @Nullable AsciiString told(CallHeaders call) {
    return call.fields().get(HeaderNames.TRACEPARENT);
  }

  @Test
  void decisionThatACallBringsIsKept() {
    CallHeaders sampled = call("00-" + IDS + "-01");
    assertNotNull(never.begin(sampled, Span.Kind.SERVER));
    assertEquals(AsciiString.of(OURS), told(sampled));
    assertEquals(TRACE, exported.parents.get(0).traceId());
    assertEquals(SPAN, exported.parents.get(0).spanId());
    assertTrue(sampled.fields().contains(HeaderNames.TRACESTATE));

    CallHeaders unsampled = call("00-" + IDS + "-00");
    assertNull(always.begin(unsampled, Span.Kind.SERVER));
    assertEquals(AsciiString.of("00-" + IDS + "-00"), told(unsampled));
    assertTrue(unsampled.fields().contains(HeaderNames.TRACESTATE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"00-" + IDS + "-ff", "00-" + IDS + "-03", "01-" + IDS + "-01-and more"})
  void onlyTheLastBitOfTheFlagsCounts(String traceparent) {
    assertNotNull(never.begin(call(traceparent), Span.Kind.SERVER));
  }

  @ParameterizedTest
  @ValueSource(strings = {"00-" + IDS + "-fe", "00-" + IDS + "-02", "cc-" + IDS + "-00"})
  void otherFlagsAreNoSampling(String traceparent) {
    assertNull(always.begin(call(traceparent), Span.Kind.SERVER));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "ff-" + IDS + "-01",
        "00-" + IDS + "-01-",
        "00-" + IDS + "-01-more",
        "01-" + IDS + "-01x",
        "00-" + IDS + "-0",
        "0g-" + IDS + "-01",
        "00-" + IDS + "-0g",
        "00_" + IDS + "-01",
        "00-" + IDS + "_01",
        "00-" + TRACE + "_" + SPAN + "-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01",
        "00-" + TRACE + "-00f067aa0ba902bZ-01",
        "00-00000000000000000000000000000000-" + SPAN + "-01",
        "00-" + TRACE + "-0000000000000000-01"
      })
  void whatCannotBeUnderstoodIsBegunAnew(String traceparent) {
    CallHeaders call = call(traceparent);
    assertNotNull(always.begin(call, Span.Kind.SERVER));
    assertTrue(exported.parents.isEmpty(), () -> exported.parents.toString());
    assertFalse(call.fields().contains(HeaderNames.TRACESTATE));
    CallHeaders other = call(traceparent);
    assertNull(never.begin(other, Span.Kind.SERVER));
    assertUnsampled(other);
  }

  @Test
  void twoTracesAreNone() {
    CallHeaders call = call("00-" + IDS + "-01", "00-" + IDS + "-01");
    assertNull(never.begin(call, Span.Kind.SERVER));
    assertUnsampled(call);
  }

  private static void assertUnsampled(CallHeaders call) {
    AsciiString told = told(call);
    assertNotNull(told);
    assertTrue(told.toString().matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00"), told::toString);
    assertTrue(TraceParent.isValid(told));
    assertFalse(call.fields().contains(HeaderNames.TRACESTATE));
  }

  @Test
  void callThatIsNotDrawnIsMarkedWithIdsOfItsOwn() {
    CallHeaders one = call();
    CallHeaders two = call();
    assertNull(never.begin(one, Span.Kind.SERVER));
    assertNull(never.begin(two, Span.Kind.SERVER));
    assertUnsampled(one);
    assertNotEquals(told(one), told(two));
  }

  /** Ten standard deviations to either side. */
  @Test
  void shareThatIsDrawnIsTheOneConfigured() {
    CallTracer tenth = new CallTracer(exported, 10);
    int drawn = 0;
    for (int i = 0; i < DRAWS; i++) {
      drawn += tenth.begin(call(), Span.Kind.SERVER) == null ? 0 : 1;
    }
    assertEquals(DRAWS / 10, drawn, 420);
  }

  @Test
  void spanIsNamedByTheMethodAndHttpByItsVerb() {
    always.begin(call(), Span.Kind.CLIENT);
    assertEquals("CLIENT shop.Cart/Get", exported.begun.get(0));
    assertEquals("shop.Cart", exported.attributes.get("rpc.service"));
    assertEquals("Get", exported.attributes.get("rpc.method"));
    assertEquals("shop.example:80", exported.attributes.get("server.address"));
    always.begin(call(CallProtocol.HTTP, "/a/b?c", new HeaderFields()), Span.Kind.SERVER);
    assertEquals("SERVER POST", exported.begun.get(1));
    always.begin(
        call(CallProtocol.GRPC, "/" + "x".repeat(5000), new HeaderFields()), Span.Kind.SERVER);
    assertEquals("SERVER ".length() + Span.MAX_CHARS, exported.begun.get(2).length());
    always.begin(call(CallProtocol.GRPC, "/", new HeaderFields()), Span.Kind.SERVER);
    assertEquals("SERVER POST", exported.begun.get(3));
  }

  /** Keeps what it is told. */
  private static final class Exported implements SpanExport {
    private final List<TraceParent> parents = new ArrayList<>();
    private final List<String> begun = new ArrayList<>();
    private final Map<String, String> attributes = new TreeMap<>();

    @Override
    public Span begin(String name, Span.Kind kind, @Nullable TraceParent traceparent) {
      begun.add(kind + " " + name);
      if (traceparent != null) {
        parents.add(traceparent);
      }
      return new Kept(attributes);
    }

    @Override
    public void close() {}
  }

  /** A span that keeps its attributes and has no children. */
  private record Kept(Map<String, String> attributes) implements Span {
    @Override
    public void set(String key, String value) {
      attributes.put(key, value);
    }

    @Override
    public void set(String key, long value) {
      attributes.put(key, Long.toString(value));
    }

    @Override
    public void event(String name, String reason) {
      throw new AssertionError(name);
    }

    @Override
    public void fail(String reason) {
      throw new AssertionError(reason);
    }

    @Override
    public Span child(String name, Kind kind) {
      throw new AssertionError(name);
    }

    @Override
    public AsciiString traceparent() {
      return AsciiString.of(OURS);
    }

    @Override
    public void end() {
      throw new AssertionError("end");
    }
  }
}
