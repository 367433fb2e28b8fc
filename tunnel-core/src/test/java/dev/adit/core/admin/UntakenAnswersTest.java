package dev.adit.core.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the admin port keeps for those who ask and do not read. */
final class UntakenAnswersTest {
  private static final String LARGE = "x".repeat(AdminHandler.MAX_UNTAKEN_BYTES / 4);

  private final AdminSite site =
      AdminSite.ofPages(
          Map.of(
              "/healthz", () -> AdminPage.text(200, "ok\n"),
              "/small", () -> AdminPage.text(200, "small\n"),
              "/large", () -> AdminPage.text(200, LARGE)));
  private final AdminHandler.Untaken untaken = new AdminHandler.Untaken();

  /** The socket of somebody who reads only when told to. */
  private static final class FullSocket extends ChannelOutboundHandlerAdapter {
    private final List<FullHttpResponse> answers = new ArrayList<>();
    private final List<ChannelPromise> promises = new ArrayList<>();

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      answers.add((FullHttpResponse) message);
      promises.add(promise);
    }

    List<Integer> statuses() {
      return answers.stream().map(answer -> answer.status().code()).toList();
    }

    void take() {
      answers.forEach(ReferenceCountUtil::release);
      promises.forEach(ChannelPromise::setSuccess);
      answers.clear();
      promises.clear();
    }
  }

  private EmbeddedChannel channel(FullSocket socket) {
    return new EmbeddedChannel(socket, new AdminHandler(() -> null, true, site, untaken));
  }

  private static void ask(EmbeddedChannel channel, String path) {
    channel.writeInbound(new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path));
  }

  private int status(String path) {
    FullSocket socket = new FullSocket();
    ask(channel(socket), path);
    int status = socket.statuses().get(0);
    socket.take();
    return status;
  }

  @Test
  void whoDoesNotTakeAnAnswerGetsNoOther() {
    FullSocket socket = new FullSocket();
    EmbeddedChannel channel = channel(socket);
    ask(channel, "/small");
    socket.take();
    ask(channel, "/small");
    assertTrue(channel.isActive());
    ask(channel, "/small");
    assertFalse(channel.isActive());
    assertEquals(List.of(200), socket.statuses());
    socket.take();
  }

  @Test
  void answersThatNobodyTakesHaveALimitTogether() {
    List<FullSocket> sockets = Stream.generate(FullSocket::new).limit(4).toList();
    for (FullSocket socket : sockets) {
      assertEquals(200, status("/small"));
      ask(channel(socket), "/large");
    }
    assertEquals(503, status("/small"));
    assertEquals(200, status("/healthz"));
    sockets.get(0).take();
    assertEquals(200, status("/small"));
    sockets.forEach(FullSocket::take);
    assertEquals(200, status("/large"));
  }
}
