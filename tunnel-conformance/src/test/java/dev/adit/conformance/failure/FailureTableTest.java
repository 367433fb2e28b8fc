package dev.adit.conformance.failure;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Expect;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawFrame;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.peer.StreamEvent;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rows of the error table that are failures of ours, for both kinds of callers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FailureTableTest {
  private static final int LARGE_FIELD = 2000;
  private static final String TOKEN = "open-sesame";

  private static final String RULES =
      """
      version: 1
      rules:
      - name: served
        matches: [{path: {prefix: /served.}}]
        to: served
      - name: nobody
        matches: [{path: {prefix: /nobody.}}]
        to: nobody
      - name: full
        matches: [{path: {prefix: /full.}}]
        to: full
      - name: unrouted
        matches: [{path: {prefix: /unrouted.}}]
        to: unrouted
      - name: closed-port
        matches: [{path: {prefix: /closed.}}]
        to: closed
      - name: limited
        matches: [{path: {prefix: /limited.}}]
        to: served
        rateLimit: {calls: 1, per: 1h, burst: 1, key: {header: x-limit}}
      - name: token
        matches: [{path: {prefix: /token.}}]
        to: served
        auth: {bearer: [{sha256: %s}]}
      - name: capped
        matches: [{path: {prefix: /capped.}}]
        to: served
        timeout: 100ms
      - name: withheld
        matches: [{path: {prefix: /withheld.}}]
        to: withheld
      groups:
      - name: withheld
        upstreams: [{name: u, backends: ["192.0.2.1:50051"]}]
      """;

  private RawBackend backend;
  private LocalSite site;
  private RawConnection caller;

  @BeforeAll
  void startSite() throws Exception {
    backend = RawBackend.start(stream -> backend.handOver(stream));
    String address = backend.hostAndPort();
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(TOKEN.getBytes(StandardCharsets.UTF_8));
    SitePlan plan =
        SitePlan.of(
                RULES.formatted(HexFormat.of().formatHex(hash)),
                AgentPlan.of("served", "served", address),
                new AgentPlan(
                    "full",
                    List.of("full"),
                    "capacity: 1\nupstreams: [{name: u, backends: [\"" + address + "\"]}]\n"),
                new AgentPlan(
                    "unrouted",
                    List.of("unrouted"),
                    "upstreams: [{name: u, backends: [\""
                        + address
                        + "\"]}]\nroutes: [{matches: [{path: /only/this}], to: u}]\n"),
                AgentPlan.of("closed", "closed", closedPort()),
                new AgentPlan(
                    "withheld",
                    List.of("withheld"),
                    "configSync: accept\nallow: [\"127.0.0.1:*\"]\n"))
            .withEntryOptions("maxHeaderBytes: 1024");
    site = LocalSite.start(plan);
  }

  @BeforeEach
  void dial() throws IOException {
    caller = RawConnection.dial(site.entry());
  }

  @AfterEach
  void everyTableIsEmpty() throws IOException {
    caller.close();
    Eventually.empty(site::leftovers);
  }

  @AfterAll
  void stopSite() throws IOException {
    site.close();
    backend.close();
  }

  private static String closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  @ParameterizedTest
  @EnumSource
  void noRule(CallerKind kind) throws IOException {
    Answer answer = caller.open(kind.request("/other.Service/Method"), true).answer();
    kind.assertFailed(answer, "no-rule", 12, 404);
    if (kind == CallerKind.GRPC) {
      Expect.equal(
          "no rule matches host=test.example service=other.Service method=Method",
          answer.last("grpc-message"),
          "message");
    }
  }

  /** The server hands its agent a backend that the agent's own file does not allow. */
  @ParameterizedTest
  @EnumSource
  void backendNotAllowed(CallerKind kind) throws IOException {
    Eventually.holds(
        "the refusal is shown",
        () ->
            site.server().status().warnings().stream()
                .anyMatch(line -> line.contains("does not allow backend 192.0.2.1:50051")));
    Answer answer = caller.open(kind.request("/withheld.Service/Method"), true).answer();
    kind.assertFailed(answer, "backend-not-allowed", 7, 403);
    if (kind == CallerKind.GRPC) {
      Expect.equal(
          "the agent may not dial the upstreams of group withheld",
          answer.last("grpc-message"),
          "message");
    }
  }

  @ParameterizedTest
  @EnumSource
  void noAgent(CallerKind kind) throws IOException {
    Answer answer = caller.open(kind.request("/nobody.Service/Method"), true).answer();
    kind.assertFailed(answer, "no-agent", 14, 503);
    assertPushback(kind, answer);
  }

  private static void assertPushback(CallerKind kind, Answer answer) {
    boolean asked = answer.last("grpc-retry-pushback-ms") != null;
    Expect.equal(kind == CallerKind.GRPC, asked, "pushback in " + answer);
  }

  @ParameterizedTest
  @EnumSource
  void agentAtItsLimit(CallerKind kind) throws IOException {
    RawStream running = caller.open(kind.request("/full.Service/Method"), false);
    backend.awaitRequest();
    Answer answer = caller.open(kind.request("/full.Service/Method"), true).answer();
    kind.assertFailed(answer, "agent-overloaded", 8, 429);
    assertPushback(kind, answer);
    running.reset(8);
  }

  @ParameterizedTest
  @EnumSource
  void rateLimit(CallerKind kind) throws IOException {
    RawStream first =
        caller.open(kind.request("/limited.Service/Method", "x-limit", kind.name()), true);
    backend.awaitRequest().head(Field.list(":status", "200", "grpc-status", "0"), true);
    first.answer();
    Answer answer =
        caller.open(kind.request("/limited.Service/Method", "x-limit", kind.name()), true).answer();
    kind.assertFailed(answer, "rate-limited", 8, 429);
    assertPushback(kind, answer);
  }

  @ParameterizedTest
  @EnumSource
  void tokenIsMissing(CallerKind kind) throws IOException {
    Answer answer = caller.open(kind.request("/token.Service/Method"), true).answer();
    kind.assertFailed(answer, "unauthenticated", 16, 401);
  }

  @ParameterizedTest
  @EnumSource
  void tokenIsWrong(CallerKind kind) throws IOException {
    Answer answer =
        caller
            .open(kind.request("/token.Service/Method", "authorization", "Bearer nonsense"), true)
            .answer();
    kind.assertFailed(answer, "forbidden", 7, 403);
  }

  @ParameterizedTest
  @EnumSource
  void tokenIsRight(CallerKind kind) throws IOException {
    RawStream call =
        caller.open(
            kind.request("/token.Service/Method", "authorization", "Bearer " + TOKEN), true);
    backend.awaitRequest().head(Field.list(":status", "200", "grpc-status", "0"), true);
    Expect.equal("0", call.answer().last("grpc-status"), "grpc-status");
  }

  @ParameterizedTest
  @EnumSource
  void noUpstream(CallerKind kind) throws IOException {
    Answer answer = caller.open(kind.request("/unrouted.Service/Method"), true).answer();
    kind.assertFailed(answer, "no-upstream", 12, 502);
  }

  @ParameterizedTest
  @EnumSource
  void backendUnreachable(CallerKind kind) throws IOException {
    Answer answer = caller.open(kind.request("/closed.Service/Method"), true).answer();
    kind.assertFailed(answer, "backend-unreachable", 14, 502);
  }

  @ParameterizedTest
  @EnumSource
  void headerTooLarge(CallerKind kind) throws IOException {
    Answer answer =
        caller
            .open(
                kind.request("/served.Service/Method", "x-large", "v".repeat(LARGE_FIELD / 2)),
                true)
            .answer();
    kind.assertFailed(answer, "header-too-large", 8, 431);
  }

  @ParameterizedTest
  @EnumSource
  void malformedPath(CallerKind kind) throws IOException {
    Answer answer = caller.open(kind.request("served.Service/Method"), true).answer();
    kind.assertFailed(answer, "malformed", 13, 400);
  }

  @ParameterizedTest
  @EnumSource
  void deadlineBeforeTheHead(CallerKind kind) throws IOException {
    RawStream call =
        caller.open(kind.request("/served.Service/Method", "grpc-timeout", "100m"), false);
    RawStream atBackend = backend.awaitRequest();
    atBackend.nextHead();
    kind.assertFailed(call.answer(), "deadline", 4, 504);
    Expect.equal(8, atBackend.awaitReset(), "the backend's call is cancelled");
  }

  @ParameterizedTest
  @EnumSource
  void deadlineOfARule(CallerKind kind) throws IOException {
    RawStream call = caller.open(kind.request("/capped.Service/Method"), false);
    RawStream atBackend = backend.awaitRequest();
    String left = Field.value(atBackend.nextHead(), "grpc-timeout");
    Expect.that(left != null, "the backend is told how long it has");
    kind.assertFailed(call.answer(), "deadline", 4, 504);
    Expect.equal(8, atBackend.awaitReset(), "the backend's call is cancelled");
  }

  @ParameterizedTest
  @EnumSource
  void deadlineAfterTheHead(CallerKind kind) throws IOException {
    RawStream call =
        caller.open(kind.request("/served.Service/Method", "grpc-timeout", "200m"), false);
    RawStream atBackend = backend.awaitRequest();
    atBackend.head(head(kind), false);
    Answer answer = call.answer();
    Expect.equal("200", answer.status(), "the backend's own head");
    if (kind == CallerKind.GRPC) {
      Expect.equal("4", answer.last("grpc-status"), "grpc-status in " + answer);
      Expect.equal("deadline", answer.last("x-tunnel-reason"), "reason in " + answer);
    } else {
      Expect.equal(8, answer.reset(), "reset in " + answer);
    }
    Expect.equal(8, atBackend.awaitReset(), "the backend's call is cancelled");
  }

  @ParameterizedTest
  @EnumSource
  void tunnelLostBeforeTheHead(CallerKind kind) throws Exception {
    try (LocalSite own = LocalSite.start(SitePlan.of(backend.hostAndPort()));
        RawConnection toOwn = RawConnection.dial(own.entry())) {
      RawStream call = toOwn.open(kind.request("/served.Service/Method"), false);
      RawStream atBackend = backend.awaitRequest();
      own.stopAgent("agent-1");
      kind.assertFailed(call.answer(), "tunnel-lost", 14, 502);
      awaitEnd(atBackend);
      Eventually.empty(own::leftovers);
    }
  }

  @ParameterizedTest
  @EnumSource
  void tunnelLostAfterTheHead(CallerKind kind) throws Exception {
    try (LocalSite own = LocalSite.start(SitePlan.of(backend.hostAndPort()));
        RawConnection toOwn = RawConnection.dial(own.entry())) {
      RawStream call = toOwn.open(kind.request("/served.Service/Method"), false);
      RawStream atBackend = backend.awaitRequest();
      atBackend.head(head(kind), false);
      Expect.equal("200", Field.value(call.nextHead(), ":status"), "status");
      own.stopAgent("agent-1");
      StreamEvent end = call.next();
      if (kind == CallerKind.GRPC && end instanceof StreamEvent.Head trailers) {
        Expect.equal("14", Field.value(trailers.fields(), "grpc-status"), "grpc-status");
        Expect.equal("tunnel-lost", Field.value(trailers.fields(), "x-tunnel-reason"), "reason");
        Expect.that(Field.value(trailers.fields(), "x-request-id") != null, "x-request-id");
      } else {
        Expect.equal(new StreamEvent.Reset(2), end, "the end of the call");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void drainingServerRefusesWhatItCannotPlace(CallerKind kind) throws Exception {
    String rules =
        """
        version: 1
        rules:
        - {name: served, matches: [{path: {prefix: /served.}}], to: served}
        - {name: nobody, matches: [{path: {prefix: /nobody.}}], to: nobody}
        """;
    SitePlan plan = SitePlan.of(rules, AgentPlan.of("a", "served", backend.hostAndPort()));
    try (LocalSite own = LocalSite.start(plan);
        RawConnection toOwn = RawConnection.dial(own.entry())) {
      RawStream running = toOwn.open(kind.request("/served.Service/Method"), false);
      RawStream atBackend = backend.awaitRequest();
      Thread drain = new Thread(own.server()::drain, "drain");
      drain.start();
      RawFrame goAway = toOwn.awaitControl(RawFrame.GOAWAY);
      Expect.equal(Integer.MAX_VALUE, goAway.number(0), "the first GOAWAY names no stream");
      int refused = toOwn.open(kind.request("/nobody.Service/Method"), true).awaitReset();
      Expect.equal(7, refused, "REFUSED_STREAM, so that callers try elsewhere");
      atBackend.head(Field.list(":status", "200", "grpc-status", "0"), true);
      Expect.equal("200", running.answer().status(), "what runs may finish");
      drain.join(Duration.ofSeconds(10).toMillis());
      Expect.that(!drain.isAlive(), "the drain ends with its last call");
    }
  }

  private static List<Field> head(CallerKind kind) {
    return kind == CallerKind.GRPC
        ? Field.list(":status", "200", "content-type", "application/grpc")
        : Field.list(":status", "200", "content-type", "text/plain");
  }

  /** The backend's stream ends, by reset or with its connection. */
  private static void awaitEnd(RawStream stream) {
    StreamEvent event = stream.next();
    while (!event.last()) {
      event = stream.next();
    }
  }
}
