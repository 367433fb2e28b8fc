package dev.adit.core.match.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.match.CallFacts;
import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HeaderMatch;
import dev.adit.core.match.HostPattern;
import dev.adit.core.match.MatchEntry;
import dev.adit.core.match.TextMatch;
import dev.adit.core.name.GroupName;
import io.netty.util.AsciiString;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MatchTableTest {

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void compiledTableDecidesAsTheNaiveMatcherDoes(long seed) {
    RandomMatches random = new RandomMatches(seed);
    List<MatchEntry<Integer>> entries = random.entries(seed % 2 == 0 ? 6 : 60);
    MatchTable<Integer> table = MatchTable.of(entries);
    for (int i = 0; i < 200; i++) {
      CallHeaders call = random.call();
      @Nullable GroupName group = random.group();
      @Nullable Integer expected = NaiveMatcher.find(entries, CallFacts.of(call, group));
      assertEquals(expected, table.find(call, group), () -> "decided: " + call);
      assertEquals(expected, table.find(call, group), () -> "remembered: " + call);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void explanationNamesTheWinnerAndEveryLoser(long seed) {
    RandomMatches random = new RandomMatches(seed);
    List<MatchEntry<Integer>> entries = random.entries(12);
    MatchTable<Integer> table = MatchTable.of(entries);
    for (int i = 0; i < 30; i++) {
      CallHeaders call = random.call();
      @Nullable GroupName group = random.group();
      CallFacts facts = CallFacts.of(call, group);
      List<Explained<Integer>> explained = table.explain(call, group);
      assertEquals(entries.size(), explained.size());
      for (Explained<Integer> one : explained) {
        boolean fits = entries.get(one.value()).fits(facts);
        boolean won = one.value().equals(table.find(call, group));
        assertEquals(won, one.outcome() == Explained.Outcome.WON);
        assertEquals(fits, one.outcome() != Explained.Outcome.MISMATCH);
        assertTrue(!one.reason().isBlank() && !one.reason().contains("null"), one.reason());
      }
    }
  }

  @Test
  void priorityBeatsAMoreSpecificHost() {
    MatchTable<String> table =
        MatchTable.of(
            List.of(
                new MatchEntry<>(List.of(HostPattern.parse("a.example")), List.of(), 0, "exact"),
                new MatchEntry<>(List.of(), List.of(), 1, "any")));
    assertEquals("any", table.find(grpc("a.example", "/s.S/M"), null));
  }

  @Test
  void wildcardCoversManyLabelsButNotTheNameItself() {
    MatchTable<String> table =
        MatchTable.of(
            List.of(new MatchEntry<>(List.of(HostPattern.parse("*.a.b")), List.of(), 0, "w")));
    assertEquals("w", table.find(grpc("x.y.a.b", "/s.S/M"), null));
    assertNull(table.find(grpc("a.b", "/s.S/M"), null));
    assertNull(table.find(grpc(".a.b", "/s.S/M"), null));
  }

  @Test
  void portAndCaseOfTheAuthorityAreNotLookedAt() {
    MatchTable<String> table =
        MatchTable.of(
            List.of(
                new MatchEntry<>(List.of(HostPattern.parse("API.example")), List.of(), 0, "h")));
    assertEquals("h", table.find(grpc("Api.Example:8002", "/s.S/M"), null));
    assertEquals("h", table.find(grpc("api.example.", "/s.S/M"), null));
  }

  @Test
  void serviceConditionsAreForGrpcCallsOnly() {
    CallMatch match = new CallMatch(TextMatch.exact("s.S"), null, null, List.of(), null);
    MatchTable<String> table =
        MatchTable.of(List.of(new MatchEntry<>(List.of(), List.of(match), 0, "s")));
    assertEquals("s", table.find(grpc("a", "/s.S/M"), null));
    assertNull(table.find(call(CallProtocol.HTTP, "a", "/s.S/M", new HeaderFields()), null));
  }

  @Test
  void oneFittingValueOfARepeatedHeaderIsEnough() {
    MatchTable<String> table = MatchTable.of(List.of(tenant(1)));
    HeaderFields fields = new HeaderFields();
    fields.add(AsciiString.of("x-tenant"), AsciiString.of("t0"));
    fields.add(AsciiString.of("x-tenant"), AsciiString.of("t1"));
    assertEquals("r1", table.find(call(CallProtocol.GRPC, "a", "/s.S/M", fields), null));
  }

  @Test
  void rememberedDecisionAllocatesNothing() {
    List<MatchEntry<String>> entries = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      entries.add(tenant(i));
    }
    MatchTable<String> table = MatchTable.of(entries);
    HeaderFields fields = new HeaderFields();
    fields.add(AsciiString.of("x-tenant"), AsciiString.of("t700"));
    CallHeaders call = call(CallProtocol.GRPC, "api.example:8002", "/s.S/M", fields);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long[] samples = new long[20];
    for (int sample = 0; sample < samples.length; sample++) {
      long before = threads.getThreadAllocatedBytes(thread);
      for (int i = 0; i < 10_000; i++) {
        assertEquals("r700", table.find(call, null));
      }
      samples[sample] = threads.getThreadAllocatedBytes(thread) - before;
    }
    // The best of the samples: the cache's own upkeep now and then allocates.
    long least = Arrays.stream(samples).min().orElseThrow();
    assertTrue(least < 10_000, "bytes for 10000 calls: " + least);
  }

  private static MatchEntry<String> tenant(int number) {
    HeaderMatch header =
        new HeaderMatch(
            AsciiString.of("x-tenant"), HeaderMatch.Kind.VALUE, TextMatch.exact("t" + number));
    CallMatch match = new CallMatch(null, null, null, List.of(header), null);
    return new MatchEntry<>(List.of(), List.of(match), 0, "r" + number);
  }

  private static CallHeaders grpc(String authority, String path) {
    return call(CallProtocol.GRPC, authority, path, new HeaderFields());
  }

  private static CallHeaders call(
      CallProtocol protocol, String authority, String path, HeaderFields fields) {
    return new CallHeaders(
        protocol,
        AsciiString.of("POST"),
        AsciiString.of("http"),
        AsciiString.of(authority),
        AsciiString.of(path),
        fields,
        CallHeaders.NO_TIMEOUT);
  }
}
