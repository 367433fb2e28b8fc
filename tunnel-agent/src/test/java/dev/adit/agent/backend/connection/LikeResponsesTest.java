package dev.adit.agent.backend.connection;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.config.HostPort;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.process.EventLoops;
import dev.adit.testing.http2.FakeBackend;
import dev.adit.testing.http2.FakeBackend.Connection;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Responses that are alike share their fields; any other has its own. */
final class LikeResponsesTest {
  private static final ReceiveWindows.Sizes WINDOWS = ReceiveWindows.Sizes.fixed(64 * 1024);

  private final EventLoops loops = EventLoops.start(1, "like-responses");
  private final EventLoop loop = loops.all().get(0);
  private final FakeBackend fake = new FakeBackend();
  private final BackendConnection connection =
      BackendConnection.newConnection(new OwnerLog(), WINDOWS);
  private Connection on;

  LikeResponsesTest() throws IOException {}

  @BeforeEach
  void connect() throws IOException {
    new BackendConnector(loops, null, null, 0, 1, WINDOWS)
        .connect(new HostPort("127.0.0.1", fake.port()), loop, connection);
    on = fake.accept();
    await().until(() -> loop.submit(connection::isReady).get());
  }

  @AfterEach
  void end() throws IOException {
    on.close();
    loops.close();
    fake.close();
  }

  /** A response without a body. */
  private static final class Response implements BackendEvents {
    private final CompletableFuture<ResponseHead> head = new CompletableFuture<>();
    private final CompletableFuture<HeaderFields> trailers = new CompletableFuture<>();

    @Override
    public void onHead(ResponseHead answer, boolean last) {
      head.complete(answer);
    }

    @Override
    public void onTrailers(HeaderFields fields) {
      trailers.complete(fields);
    }

    private String text() {
      ResponseHead answer = head.join();
      return answer.status() + " " + text(answer.fields()) + ", " + text(trailers.join());
    }

    private static String text(HeaderFields fields) {
      return fields.get(AsciiString.of("x")) + " of " + fields.size();
    }

    @Override
    public void onChunk(ByteBuf data, boolean last) {
      data.release();
    }

    @Override
    public void onReset(long http2Code) {
      onLost();
    }

    @Override
    public void onRefused() {
      onLost();
    }

    @Override
    public void onTooLarge() {
      onLost();
    }

    @Override
    public void onLost() {
      throw new AssertionError("no response");
    }
  }

  private Response response(String status, String inHead, String inTrailers) throws Exception {
    Response response = new Response();
    int stream = loop.submit(() -> open(response)).get();
    on.expect("headers", stream);
    on.send(on.script().headers(stream, false, ":status", status, "x", inHead));
    on.send(on.script().headers(stream, true, "grpc-status", "0", "x", inTrailers));
    response.trailers.join();
    return response;
  }

  private int open(Response response) {
    CallHeaders head = TunnelPair.headers();
    connection.reserve();
    return connection.open(
        Http2HeaderFields.ofRequest(
            head.method(), head.scheme(), head.authority(), head.path(), head.fields()),
        true,
        response);
  }

  @Test
  void onlyFieldsThatAreAlikeAreShared() throws Exception {
    Response first = response("200", "a", "b");
    Response same = response("200", "a", "b");
    Response trailersDiffer = response("200", "a", "c");
    Response headDiffers = response("200", "d", "c");
    Response statusDiffers = response("201", "d", "c");

    assertSame(first.head.join(), same.head.join());
    assertSame(first.trailers.join(), same.trailers.join());
    assertEquals("200 a of 1, b of 2", first.text());
    assertEquals("200 a of 1, c of 2", trailersDiffer.text());
    assertEquals("200 d of 1, c of 2", headDiffers.text());
    assertEquals("201 d of 1, c of 2", statusDiffers.text());
  }

  @Test
  void longListsAreNotKept() throws Exception {
    String large = "x".repeat(1024);
    Response first = response("200", large, large);
    Response same = response("200", large, large);

    assertEquals(first.text(), same.text());
    assertNotSame(first.head.join(), same.head.join());
    assertNotSame(first.trailers.join(), same.trailers.join());
  }
}
