package dev.adit.conformance.rules;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Expect;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.core.call.HeaderFields;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import dev.adit.server.rules.RuleFileReader;
import dev.adit.server.rules.TestCaseReader;
import dev.adit.server.rules.check.RuleExplain;
import io.netty.util.AsciiString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code rules explain} says is what the entry does. No group has an agent, so the entry's
 * answer names the group that a call would have gone to.
 */
final class ExplainAgreesTest {
  private static final int SETS = 10;
  private static final int RULES = 30;
  private static final int CALLS = 1000;

  @Test
  @Timeout(120)
  void entryTakesTheRuleThatIsExplained(@TempDir Path directory) throws Exception {
    long seed = new Random().nextLong();
    int taken = 0;
    for (int set = 0; set < SETS; set++) {
      taken += compare(seed + set, directory);
    }
    // Both outcomes are there, or the comparison means little.
    Expect.that(taken > CALLS && taken < SETS * CALLS, "seed " + seed + ": " + taken + " taken");
  }

  /** Rules may ask for fields that callers do not choose; who explains need not name them. */
  @Test
  @Timeout(60)
  void fieldsThatCallersDoNotChooseAreExplainedToo(@TempDir Path directory) throws Exception {
    List<String> conditions =
        List.of(
            "name: content-type, value: application/grpc",
            "name: content-type, value: application/grpc+proto",
            "name: te, value: trailers",
            "name: te, absent: true",
            "name: x-request-id, present: true",
            "name: x-request-id, absent: true",
            "name: x-request-id, value: mine",
            "name: x-tunnel-reason, present: true",
            "name: proxy-authorization, present: true");
    StringBuilder file = new StringBuilder("version: 1\nrules:\n");
    for (int i = 0; i < conditions.size(); i++) {
      file.append("- name: rule-").append(i).append("\n  hosts: [h").append(i);
      file.append(".example]\n  to: group-").append(i).append('\n');
      file.append("  matches: [{headers: [{").append(conditions.get(i)).append("}]}]\n");
    }
    Files.writeString(directory.resolve("rules.yaml"), file);
    RoutingTable table = RuleFileReader.read(directory).toTable(null);
    try (LocalSite site =
            LocalSite.start(
                SitePlan.of(file.toString(), AgentPlan.of("idle", "unused", "127.0.0.1:9")));
        RawConnection caller = RawConnection.dial(site.entry())) {
      for (int i = 0; i < conditions.size(); i++) {
        for (List<String> headers :
            List.of(
                List.<String>of(),
                List.of(
                    "x-request-id", "mine", "x-tunnel-reason", "a", "proxy-authorization", "b"))) {
          RandomRules.Call call = new RandomRules.Call("h" + i + ".example", "s.S/M", headers);
          @Nullable String explained = explained(table, call);
          Expect.equal(
              explained == null ? "no-rule" : "no-agent of group " + explained,
              answered(caller, call),
              conditions.get(i) + " of " + headers);
        }
      }
      Eventually.empty(site::leftovers);
    }
  }

  private static int compare(long seed, Path directory) throws Exception {
    RandomRules random = new RandomRules(seed);
    String file = random.file(RULES);
    Files.writeString(directory.resolve("rules.yaml"), file);
    RoutingTable table = RuleFileReader.read(directory).toTable(null);
    int taken = 0;
    try (LocalSite site =
            LocalSite.start(SitePlan.of(file, AgentPlan.of("idle", "unused", "127.0.0.1:9")));
        RawConnection caller = RawConnection.dial(site.entry())) {
      for (int i = 0; i < CALLS; i++) {
        RandomRules.Call call = random.call();
        @Nullable String explained = explained(table, call);
        Expect.equal(
            explained == null ? "no-rule" : "no-agent of group " + explained,
            answered(caller, call),
            "seed " + seed + ": " + call + " with\n" + file);
        taken += explained == null ? 0 : 1;
      }
      Eventually.empty(site::leftovers);
    }
    return taken;
  }

  private static @Nullable String explained(RoutingTable table, RandomRules.Call call) {
    HeaderFields fields = new HeaderFields();
    for (int i = 0; i < call.headers().size(); i += 2) {
      fields.add(AsciiString.of(call.headers().get(i)), AsciiString.of(call.headers().get(i + 1)));
    }
    @Nullable Rule winner =
        RuleExplain.of(table, TestCaseReader.grpcCall(call.host(), call.method(), fields)).winner();
    return winner == null ? null : winner.to().get(0).group().value();
  }

  private static String answered(RawConnection caller, RandomRules.Call call) throws Exception {
    List<String> fields =
        new ArrayList<>(
            List.of(
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                "/" + call.method(),
                ":authority",
                call.host(),
                "content-type",
                "application/grpc",
                "te",
                "trailers"));
    fields.addAll(call.headers());
    Answer answer = caller.open(Field.list(fields.toArray(String[]::new)), true).answer();
    String reason = String.valueOf(answer.last("x-tunnel-reason"));
    String message = String.valueOf(answer.last("grpc-message"));
    return reason.equals("no-agent")
        ? reason + message.replaceAll("^no agent( of group \\S+) is connected$", "$1")
        : reason;
  }
}
