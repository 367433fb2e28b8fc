package dev.adit.core.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the admin port answers, and to whom. */
final class AdminHandlerTest {
  private final CompletableFuture<AdminPage> slow = new CompletableFuture<>();
  private @Nullable AdminViewer viewer;
  private final AdminFeed feed =
      new AdminFeed() {
        @Override
        public @Nullable AdminPage refusal() {
          return viewer == null ? null : AdminPage.text(503, "full\n");
        }

        @Override
        public void join(AdminViewer joined) {
          viewer = joined;
        }
      };

  private final AdminSite site =
      new AdminSite(
          Map.of(
              "/healthz",
              () -> AdminPage.text(200, "ok\n"),
              "/status",
              () -> AdminPage.json(Map.of("a", "<b>")),
              "/",
              () -> new AdminPage(200, "text/html", "page"),
              "/broken",
              () -> {
                throw new IllegalStateException("of ours");
              }),
          Map.of("/healthz", () -> new AdminPage(200, "application/x", ByteString.fromHex("00ff"))),
          Map.of(
              "/echo",
              body -> CompletableFuture.completedFuture(AdminPage.text(200, body)),
              "/slow",
              body -> slow),
          Map.of("/live", feed),
          Set.of("/"));

  private record Answer(int status, String body, String length) {}

  private static Answer ask(EmbeddedChannel channel, DefaultFullHttpRequest request) {
    channel.writeInbound(request);
    FullHttpResponse response = channel.readOutbound();
    assertNotNull(response);
    Answer answer =
        new Answer(
            response.status().code(),
            response.content().toString(StandardCharsets.UTF_8),
            response.headers().get("content-length"));
    response.release();
    return answer;
  }

  private static DefaultFullHttpRequest request(HttpMethod method, String uri, String host) {
    DefaultFullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, uri);
    if (!host.isEmpty()) {
      request.headers().set("host", host);
    }
    return request;
  }

  private Answer get(String uri, String host) {
    return ask(channel(null), request(HttpMethod.GET, uri, host));
  }

  private EmbeddedChannel channel(@Nullable String token) {
    return new EmbeddedChannel(
        new AdminHandler(() -> token, token == null, site, new AdminHandler.Untaken()));
  }

  @Test
  void pageIsAnsweredWithOrWithoutAQuery() {
    assertEquals(new Answer(200, "ok\n", "3"), get("/healthz", "localhost:8004"));
    assertEquals(new Answer(200, "ok\n", "3"), get("/healthz?verbose", "LocalHost:8004"));
    assertTrue(get("/status", "localhost").body().contains("\"<b>\""));
  }

  @Test
  void whoAsksForProtobufGetsItWhereThereIsSome() {
    DefaultFullHttpRequest asked = request(HttpMethod.GET, "/healthz", "localhost");
    asked.headers().set("accept", "application/vnd.google.protobuf;encoding=delimited;q=0.7,*/*");
    EmbeddedChannel channel = channel(null);
    channel.writeInbound(asked);
    FullHttpResponse response = channel.readOutbound();
    assertEquals("application/x", response.headers().get("content-type"));
    assertEquals("2", response.headers().get("content-length"));
    assertEquals("00ff", ByteBufUtil.hexDump(response.content()));
    response.release();
    DefaultFullHttpRequest other = request(HttpMethod.GET, "/status", "localhost");
    other.headers().set("accept", "application/vnd.google.protobuf");
    assertTrue(ask(channel, other).body().contains("\"<b>\""));
  }

  @Test
  void headHasTheLengthWithoutTheBody() {
    assertEquals(
        new Answer(200, "", "3"),
        ask(channel(null), request(HttpMethod.HEAD, "/healthz", "localhost")));
  }

  @Test
  void otherPagesAndMethodsAreRefused() {
    assertEquals(404, get("/other", "localhost").status());
    assertEquals(
        405, ask(channel(null), request(HttpMethod.POST, "/healthz", "localhost")).status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", "localhost:1", "127.0.0.1", "127.1.2.3:8004", "[::1]:1"})
  void loopbackNamesAreServed(String host) {
    assertEquals(200, get("/healthz", host).status());
  }

  /** A page from elsewhere must not reach the port through a name of its own. */
  @ParameterizedTest
  @ValueSource(
      strings = {"evil.example", "127.evil.example", "127.0.0.1.evil.example:8004", "127.0.0.1@x"})
  void foreignNamesAreNotServedOnLoopback(String host) {
    assertEquals(421, get("/healthz", host).status());
  }

  @Test
  void tokenIsWantedButForHealth() {
    EmbeddedChannel channel = channel("secret");
    assertEquals(200, ask(channel, request(HttpMethod.GET, "/healthz", "any.host")).status());
    assertEquals(401, ask(channel, request(HttpMethod.GET, "/status", "any.host")).status());
    DefaultFullHttpRequest wrong = request(HttpMethod.GET, "/status", "any.host");
    wrong.headers().set("authorization", "Bearer secre");
    assertEquals(401, ask(channel, wrong).status());
    DefaultFullHttpRequest right = request(HttpMethod.GET, "/status", "any.host");
    right.headers().set("authorization", "Bearer secret");
    assertEquals(200, ask(channel, right).status());
    assertTrue(channel.isActive());
  }

  @Test
  void bytesThatAreNoRequestEndTheConnection() {
    EmbeddedChannel channel = channel(null);
    DefaultFullHttpRequest broken = request(HttpMethod.GET, "/healthz", "localhost");
    broken.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("broken")));
    assertEquals(400, ask(channel, broken).status());
    assertFalse(channel.isActive());
  }

  @Test
  void idleConnectionIsClosed() {
    EmbeddedChannel channel = channel(null);
    channel.pipeline().fireUserEventTriggered(IdleStateEvent.ALL_IDLE_STATE_EVENT);
    assertFalse(channel.isActive());
  }

  private static DefaultFullHttpRequest post(String path, String body) {
    DefaultFullHttpRequest request = request(HttpMethod.POST, path, "localhost:1");
    request.content().writeCharSequence(body, StandardCharsets.UTF_8);
    request.headers().set(AdminHandler.ACTION_HEADER, "1");
    return request;
  }

  @Test
  void actionGetsTheBodyAndIsAskedByPostOnly() {
    assertEquals(new Answer(200, "hello", "5"), ask(channel(null), post("/echo", "hello")));
    assertEquals(405, get("/echo", "localhost").status());
  }

  /** What a page of another site can make a browser send must change nothing. */
  @Test
  void actionsOfOtherSitesAreRefused() {
    DefaultFullHttpRequest form = post("/echo", "x");
    form.headers().remove(AdminHandler.ACTION_HEADER);
    assertEquals(403, ask(channel(null), form).status());
    DefaultFullHttpRequest foreign = post("/echo", "x");
    foreign.headers().set("origin", "http://evil.example");
    assertEquals(403, ask(channel(null), foreign).status());
    DefaultFullHttpRequest ours = post("/echo", "x");
    ours.headers().set("origin", "http://localhost:1");
    assertEquals(200, ask(channel(null), ours).status());
  }

  @Test
  void nothingOvertakesAnActionThatRuns() {
    EmbeddedChannel channel = channel(null);
    channel.writeInbound(post("/slow", ""));
    channel.writeInbound(request(HttpMethod.GET, "/healthz", "localhost"));
    assertNull(channel.readOutbound());
    assertFalse(channel.isActive());
  }

  @Test
  void actionThatFailsIsAnsweredToo() {
    EmbeddedChannel channel = channel(null);
    channel.writeInbound(post("/slow", ""));
    slow.completeExceptionally(new IllegalStateException("broken"));
    channel.runPendingTasks();
    FullHttpResponse response = channel.readOutbound();
    assertNotNull(response);
    assertEquals(500, response.status().code());
    response.release();
  }

  /** Whatever others have written, nothing of it runs in a browser. */
  @Test
  void everyAnswerSaysWhatABrowserMayDoWithIt() {
    EmbeddedChannel channel = channel("secret");
    for (String path : List.of("/", "/status", "/none")) {
      channel.writeInbound(request(HttpMethod.GET, path, "any.host"));
      FullHttpResponse response = channel.readOutbound();
      assertNotNull(response);
      String policy = response.headers().get("content-security-policy", "");
      assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
      assertFalse(policy.contains("unsafe") || policy.contains("*"), policy);
      assertTrue(policy.contains("frame-ancestors 'none'"), policy);
      assertEquals("nosniff", response.headers().get("x-content-type-options"));
      assertEquals("no-referrer", response.headers().get("referrer-policy"));
      assertEquals("same-origin", response.headers().get("cross-origin-resource-policy"));
      response.release();
    }
  }

  @Test
  void openPagesNeedNoTokenAndFeedsDo() {
    EmbeddedChannel channel = channel("secret");
    assertEquals(200, ask(channel, request(HttpMethod.GET, "/", "any.host")).status());
    assertEquals(401, ask(channel, feedRequest()).status());
    assertNull(viewer);
  }

  private static DefaultFullHttpRequest feedRequest() {
    DefaultFullHttpRequest request = request(HttpMethod.GET, "/live", "localhost:1");
    request.headers().set(AdminHandler.ACTION_HEADER, "1");
    return request;
  }

  @Test
  void feedTellsUntilTheViewerGoes() {
    EmbeddedChannel channel = channel(null);
    channel.writeInbound(feedRequest());
    HttpResponse head = channel.readOutbound();
    assertNotNull(head);
    assertEquals("text/event-stream", head.headers().get("content-type"));
    AdminViewer joined = Objects.requireNonNull(viewer);
    ByteBuf event = Unpooled.copiedBuffer("data: 1\n\n", StandardCharsets.UTF_8);
    assertTrue(joined.offer(event));
    assertEquals(2, event.refCnt());
    HttpContent sent = channel.readOutbound();
    assertNotNull(sent);
    assertEquals("data: 1\n\n", sent.content().toString(StandardCharsets.UTF_8));
    sent.release();
    AtomicInteger gone = new AtomicInteger();
    joined.onGone(gone::incrementAndGet);
    joined.drop();
    channel.runPendingTasks();
    assertEquals(1, gone.get());
    event.release();
  }

  @Test
  void pageThatCannotBeMadeIsAnswered() {
    EmbeddedChannel channel = channel(null);
    Answer answer = ask(channel, request(HttpMethod.GET, "/broken", "localhost:1"));
    assertEquals(500, answer.status());
    assertEquals("failed; see the log\n", answer.body());
    assertTrue(channel.isActive());
  }

  @Test
  void viewerThatDoesNotKeepUpHoldsNoQueue() {
    EmbeddedChannel channel = channel(null);
    channel.writeInbound(feedRequest());
    channel.releaseOutbound();
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    ByteBuf event = Unpooled.copiedBuffer("data: 1\n\n", StandardCharsets.UTF_8);
    assertFalse(Objects.requireNonNull(viewer).offer(event));
    assertEquals(1, event.refCnt());
    event.release();
  }

  @Test
  void feedEndsWithTheTokenThatItWasAskedWith() {
    AtomicReference<String> token = new AtomicReference<>("old");
    EmbeddedChannel channel =
        new EmbeddedChannel(new AdminHandler(token::get, false, site, new AdminHandler.Untaken()));
    DefaultFullHttpRequest asked = feedRequest();
    asked.headers().set("authorization", "Bearer old");
    channel.writeInbound(asked);
    AdminViewer joined = Objects.requireNonNull(viewer);
    ByteBuf event = Unpooled.copiedBuffer("event: x\ndata: 1\n\n", StandardCharsets.US_ASCII);
    assertTrue(joined.offer(event));
    token.set("new");
    assertFalse(joined.offer(event));
    channel.runPendingTasks();
    assertFalse(channel.isOpen());
    event.release();
    channel.finishAndReleaseAll();
  }

  @Test
  void feedOfAnotherSiteOrOneTooManyIsRefused() {
    DefaultFullHttpRequest bare = request(HttpMethod.GET, "/live", "localhost:1");
    assertEquals(403, ask(channel(null), bare).status());
    DefaultFullHttpRequest foreign = feedRequest();
    foreign.headers().set("origin", "http://evil.example");
    assertEquals(403, ask(channel(null), foreign).status());
    DefaultFullHttpRequest posted = request(HttpMethod.POST, "/live", "localhost:1");
    posted.headers().set(AdminHandler.ACTION_HEADER, "1");
    assertEquals(405, ask(channel(null), posted).status());
    EmbeddedChannel first = channel(null);
    first.writeInbound(feedRequest());
    EmbeddedChannel second = channel(null);
    assertEquals(503, ask(second, feedRequest()).status());
    assertTrue(second.isActive());
    first.releaseOutbound();
  }
}
