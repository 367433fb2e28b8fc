package dev.adit.core.match.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.match.CallFacts;
import dev.adit.core.match.MatchEntry;
import dev.adit.core.name.GroupName;
import dev.adit.testing.fuzz.Execution;
import dev.adit.testing.fuzz.FuzzInput;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A compiled table decides as the naive matcher does, for tables and calls that the input makes.
 */
final class MatchTableFuzzTest {
  private static final int ANYWAY_BYTES = 32 << 20;
  private static final int MAX_ENTRIES = 12;
  private static final int CALLS = 4;
  private static final int MAX_PATH = 48;

  @FuzzTest
  void tableAndCalls(byte[] bytes) {
    Execution.of(bytes, ANYWAY_BYTES, MatchTableFuzzTest::check);
  }

  private static void check(byte[] bytes) {
    FuzzInput input = new FuzzInput(bytes);
    RandomMatches matches = new RandomMatches(new Choices(input));
    List<MatchEntry<Integer>> entries = matches.entries(MAX_ENTRIES);
    MatchTable<Integer> table = MatchTable.of(entries);
    for (int i = 0; i < CALLS; i++) {
      CallHeaders call = matches.call();
      call = input.flag() ? withPath(call, input.bytes(input.below(MAX_PATH))) : call;
      @Nullable GroupName group = matches.group();
      @Nullable Integer expected = NaiveMatcher.find(entries, CallFacts.of(call, group));
      assertEquals(expected, table.find(call, group), "decided: " + call);
      assertEquals(expected, table.find(call, group), "remembered: " + call);
    }
  }

  private static CallHeaders withPath(CallHeaders call, byte[] path) {
    AsciiString slashed = new AsciiString("/").concat(new AsciiString(path, false));
    return new CallHeaders(
        call.protocol(),
        call.method(),
        call.scheme(),
        call.authority(),
        slashed,
        call.fields(),
        call.timeoutNanos());
  }

  /** The input's choices where chance had its own. */
  private static final class Choices extends Random {
    private static final long serialVersionUID = 1;

    private final transient FuzzInput input;

    Choices(FuzzInput input) {
      super(0);
      this.input = input;
    }

    @Override
    public int nextInt(int bound) {
      return input.below(bound);
    }

    @Override
    public boolean nextBoolean() {
      return input.flag();
    }
  }
}
