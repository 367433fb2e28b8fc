package dev.adit.server.rules.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.config.ConfigException;
import dev.adit.server.rules.RuleFileReader;
import dev.adit.server.rules.RuleSet;
import dev.adit.server.rules.TestCaseReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RuleCheckTest {

  @TempDir private Path directory = Path.of("");

  @Test
  void everyLoserIsExplained() throws Exception {
    RuleSet set =
        rules(
            """
            - {name: any, to: g}
            - {name: host, hosts: a.example, to: g}
            - {name: other-host, hosts: b.example, to: g}
            - {name: service, hosts: a.example, matches: [{service: s.S}], to: g}
            - {name: wrong-method, matches: [{service: s.S, method: N}], to: g}
            - {name: header, matches: [{headers: [{name: x-a, value: one}]}], to: g}
            - {name: two-ways, matches: [{service: t.T}, {path: /x}], to: g}
            """);
    RuleExplain explained =
        RuleExplain.of(
            set.toTable(null), TestCaseReader.grpcCall("a.example", "s.S/M", new HeaderFields()));
    assertEquals("service", explained.winner() == null ? "" : explained.winner().name().value());
    assertEquals(
        List.of(
            "any: fits, but the winner has a more specific host",
            "host: fits, but the winner has a more specific service",
            "other-host: host is not 'b.example'",
            "wrong-method: method is not 'N'",
            "header: not so: header x-a is 'one'",
            "two-ways: service is not 't.T'; path is not '/x'"),
        explained.losers().stream().map(l -> l.rule().name() + ": " + l.reason()).toList());
  }

  @Test
  void rulesThatCanNeverDecideAreFound() throws Exception {
    RuleSet set =
        rules(
            """
            - {name: first, matches: [{service: s.S}], to: g}
            - {name: same, matches: [{service: s.S}], to: h}
            - {name: top, priority: 1, hosts: "*.a.example", to: g}
            - {name: under-top, hosts: x.a.example, matches: [{service: t.T}], to: g}
            - {name: half-under-top, hosts: [y.a.example, y.b.example], to: g}
            - {name: beside, hosts: a.example, to: g}
            - {name: present, matches: [{headers: [{name: h, present: true}]}], to: g}
            - {name: after-present, matches: [{headers: [{name: h, value: "1"}]}], to: g}
            """);
    List<String> found =
        RuleLint.lint(set, group -> true).stream()
            .map(finding -> finding.name() + ": " + finding.message().replaceAll(" \\(.*\\)", ""))
            .sorted()
            .toList();
    assertEquals(
        List.of(
            "after-present: can never decide: rule present always wins",
            "half-under-top: has a match that can never decide: rule top always wins",
            "same: can never decide: rule first always wins",
            "under-top: can never decide: rule top always wins"),
        found);
  }

  @Test
  void groupsNobodyMayServeAndPointlessSettingsAreFound() throws Exception {
    RuleSet set =
        rules(
            """
            - {name: a, to: known, fallback: known}
            - {name: b, hosts: b, to: unknown}
            - name: c
              hosts: c
              to: known
              timeout: 1s
              retry: {retryableStatusCodes: [UNAVAILABLE], perAttemptTimeout: 2s}
            """);
    List<String> found =
        RuleLint.lint(set, group -> group.value().equals("known")).stream()
            .map(finding -> finding.name() + ": " + finding.message())
            .toList();
    assertEquals(
        List.of(
            "a: falls back to a group it already goes to",
            "b: no agent may serve group 'unknown'; see agents.yaml",
            "c: perAttemptTimeout is no shorter than timeout"),
        found);
  }

  @Test
  void whatNoAgentWouldTakeIsFoundInWhatGroupsAreHanded() throws Exception {
    RuleSet set =
        rules(
            """
            - {name: a, to: known}
            groups:
            - name: known
              upstreams: [{name: u, backends: ["a.internal:443"], tls: {}}]
            - name: other
              upstreams: [{name: u, backends: ["a.internal:443"], tls: {ca: ca.crt}}]
            """);
    List<String> found =
        RuleLint.lint(set, group -> group.value().equals("known")).stream()
            .map(finding -> finding.kind() + " " + finding.name() + ": " + finding.message())
            .toList();
    assertEquals(
        List.of(
            "GROUP other: no agent may serve it; see agents.yaml",
            "GROUP other: names files under tls, which agents never take from a server; leave them"
                + " out"),
        found);
  }

  @Test
  void lintOfManyRulesStaysQuick() throws Exception {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      many.append("- {name: r").append(i).append(", priority: ").append(i % 7);
      many.append(", matches: [{service: s").append(i).append("}], to: g}\n");
    }
    RuleSet set = rules(many.toString());
    long start = System.nanoTime();
    assertEquals(List.of(), RuleLint.lint(set, group -> true));
    assertTrue(System.nanoTime() - start < 5_000_000_000L);
  }

  @Test
  void failedTestsAndUntestedRulesAreTold() throws Exception {
    Files.writeString(
        directory.resolve("t.yaml"),
        """
        version: 1
        tests:
        - {call: {host: x, method: s.S/M}, expect: {rule: a, group: g}}
        - {call: {host: x, method: s.S/M}, expect: {rule: a, group: h}}
        - {call: {host: x, method: t.T/M}, expect: {rule: a}}
        - {call: {host: x, method: t.T/M}, expect: none}
        """);
    RuleSet set =
        rules(
            """
            - {name: a, matches: [{service: s.S}], to: g}
            - {name: b, matches: [{service: u.U}], to: g}
            """);
    assertEquals(
        """
        FAILED  DIR/t.yaml:4: POST x/s.S/M: expected group h, found g
        FAILED  DIR/t.yaml:5: POST x/t.T/M: expected rule a, found no rule
        2 of 4 tests passed
        coverage: tests reach 1 of 2 rules; not b
        """,
        RuleTests.run(set).toText().replace(directory.toString(), "DIR"));
  }

  private RuleSet rules(String rules) throws IOException, ConfigException {
    Files.writeString(directory.resolve("r.yaml"), "version: 1\nrules:\n" + rules);
    return RuleFileReader.read(directory);
  }
}
