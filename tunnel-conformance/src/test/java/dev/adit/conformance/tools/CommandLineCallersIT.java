package dev.adit.conformance.tools;

import dev.adit.conformance.check.Expect;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.peer.StreamEvent;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What curl and nghttp, which share no code with us, make of the entry. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CommandLineCallersIT {
  private static final int SECONDS = 20;
  private static final String BODY = "as it was served";
  private static final String RULES =
      """
      version: 1
      rules:
      - name: page
        matches: [{path: {prefix: /page}}]
        to: everything
      """;

  private RawBackend backend;
  private TunnelSite site;

  @BeforeAll
  void startSite() throws Exception {
    backend = RawBackend.start(CommandLineCallersIT::serve);
    site =
        TunnelSite.start(
            SitePlan.of(RULES, AgentPlan.of("agent-1", "everything", backend.hostAndPort())));
  }

  @AfterAll
  void stopSite() throws IOException {
    site.close();
    backend.close();
  }

  private static void serve(RawStream stream) throws IOException {
    StreamEvent event = stream.next();
    while (!event.last()) {
      event = stream.next();
    }
    stream.head(Field.list(":status", "200", "x-served-by", "backend"), false);
    stream.data(BODY.getBytes(StandardCharsets.UTF_8), true);
  }

  private Tool.Run run(String... words) throws Exception {
    Optional<Tool.Run> run = Tool.run(site.directory(), SECONDS, List.of(words));
    Tool.need(run.isPresent(), words[0]);
    Tool.Run ended = run.orElseThrow();
    Expect.equal(0, ended.exitCode(), String.join(" ", words) + "\n" + ended.output());
    return ended;
  }

  private String curl(String... words) throws Exception {
    Tool.need(run("curl", "--version").output().contains("HTTP2"), "curl with HTTP/2");
    String[] all = new String[words.length + 4];
    List.of("curl", "-sS", "-i", "--http2-prior-knowledge").toArray(all);
    System.arraycopy(words, 0, all, 4, words.length);
    return run(all).output();
  }

  private String url(String path) {
    return "http://" + site.entry() + path;
  }

  private static void assertLine(String expected, String output) {
    boolean there = output.lines().anyMatch(line -> line.strip().equals(expected));
    Expect.that(there, "the line '" + expected + "' in\n" + output);
  }

  @Test
  void curlIsToldThatNoRuleMatches() throws Exception {
    String output =
        curl(
            "-H",
            "content-type: application/grpc",
            "-H",
            "te: trailers",
            "--data-binary",
            "",
            url("/other.Service/Method"));
    assertLine("HTTP/2 200", output);
    assertLine("grpc-status: 12", output);
    assertLine("x-tunnel-reason: no-rule", output);
  }

  @Test
  void curlWithoutGrpcIsToldThatNoRuleMatches() throws Exception {
    String output = curl(url("/other"));
    assertLine("HTTP/2 404", output);
    assertLine("x-tunnel-reason: no-rule", output);
  }

  @Test
  void curlGetsPage() throws Exception {
    String output = curl(url("/page"));
    assertLine("HTTP/2 200", output);
    assertLine("x-served-by: backend", output);
    assertLine(BODY, output);
  }

  @Test
  void nghttpIsToldThatNoRuleMatches() throws Exception {
    String output =
        run(
                "nghttp",
                "-nv",
                "-H",
                "content-type: application/grpc",
                "-H",
                "te: trailers",
                "-H",
                ":method: POST",
                url("/other.Service/Method"))
            .output();
    Expect.that(output.contains("grpc-status: 12"), "grpc-status in\n" + output);
    Expect.that(output.contains("x-tunnel-reason: no-rule"), "reason in\n" + output);
  }

  /** HTTP/1.1, and HTTP/2 that begins with it: the entry answers with GOAWAY and closes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "curl -sS --http1.1",
        "curl -sS --http2",
        "nghttp --upgrade",
        "curl -sS --http1.0"
      })
  void whoeverBeginsWithHttp1IsRefusedAndNobodyElse(String caller) throws Exception {
    List<String> words = new ArrayList<>(List.of(caller.split(" ")));
    words.add(url("/page"));
    Optional<Tool.Run> run = Tool.run(site.directory(), SECONDS, words);
    Tool.need(run.isPresent(), words.get(0));
    Expect.that(!run.orElseThrow().output().contains(BODY), run.orElseThrow().output());
    if (words.get(0).equals("curl")) {
      Expect.that(run.orElseThrow().exitCode() != 0, run.orElseThrow().output());
    }
    Expect.equal(BODY, run("nghttp", url("/page")).output(), "body");
    String log = Files.readString(site.process("server").log());
    Expect.that(!log.contains("ERROR") && !log.contains("Exception"), log);
  }

  @Test
  void nghttpGetsPage() throws Exception {
    Expect.equal(BODY, run("nghttp", url("/page")).output(), "body");
  }
}
