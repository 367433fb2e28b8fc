package dev.adit.agent.backend.connection;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A backend that answers, says where it stops, and closes while it is still being written to. */
final class LastWordsTest {
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int LARGE_WINDOW = 1 << 30;
  private static final byte[] MEBIBYTE = new byte[1 << 20];

  /** More than the sockets of both ends hold. */
  private static final int MEBIBYTES = 64;

  private static final String CLOSED = "lost: the backend closed the connection";
  private static final Duration STILL = Duration.ofMillis(200);

  private final EventLoops loops = EventLoops.start(1, "last-words");
  private final EventLoop loop = loops.all().get(0);
  private final FakeBackend fake = new FakeBackend();
  private final OwnerLog owner = new OwnerLog();
  private final List<String> told = owner.told;
  private final BackendConnection connection =
      BackendConnection.newConnection(owner, ReceiveWindows.Sizes.fixed(64 * 1024));

  LastWordsTest() throws IOException {}

  @AfterEach
  void end() throws IOException {
    loops.close();
    fake.close();
  }

  /** What one stream tells. */
  private final class Events implements BackendEvents {
    private final String name;

    Events(String name) {
      this.name = name;
    }

    private void tell(String what) {
      told.add(name + " " + what);
    }

    @Override
    public void onHead(ResponseHead head, boolean last) {
      tell("answered " + head.status());
    }

    @Override
    public void onChunk(ByteBuf data, boolean last) {
      data.release();
      tell("body");
    }

    @Override
    public void onTrailers(HeaderFields trailers) {
      tell("trailers");
    }

    @Override
    public void onReset(long http2Code) {
      tell("reset");
    }

    @Override
    public void onRefused() {
      tell("refused");
    }

    @Override
    public void onTooLarge() {
      tell("too large");
    }

    @Override
    public void onLost() {
      tell("lost");
    }
  }

  private <T> T on(Callable<T> task) {
    return loop.submit(task).syncUninterruptibly().getNow();
  }

  private int open(String name, boolean last) {
    return on(
        () -> {
          connection.reserve();
          CallHeaders head = TunnelPair.headers();
          Http2HeaderFields list =
              Http2HeaderFields.ofRequest(
                  head.method(), head.scheme(), head.authority(), head.path(), head.fields());
          return connection.open(list, last, new Events(name));
        });
  }

  private boolean upload(int stream) {
    for (int i = 0; i < MEBIBYTES; i++) {
      connection.writeChunk(stream, Unpooled.wrappedBuffer(MEBIBYTE), false, null);
    }
    return connection.hasUnsent(stream);
  }

  /** A write failed first, and what lay in the socket was not read any more. */
  @Test
  void whatABackendSaidBeforeItClosedIsHeardThoughAWriteFails() throws Exception {
    BackendConnector connector =
        new BackendConnector(loops, null, null, 0, 1, ReceiveWindows.Sizes.fixed(64 * 1024));
    connector.connect(new HostPort("127.0.0.1", fake.port()), loop, connection);
    try (Connection on = fake.accept(INITIAL_WINDOW_SIZE, LARGE_WINDOW)) {
      on.send(on.script().windowUpdate(0, LARGE_WINDOW));
      await().until(() -> on(connection::isReady));
      int upload = open("upload", false);
      int answered = open("one", true);
      int refused = open("two", true);
      on.expect("headers", refused);
      // Of the window update too.
      on.send(on.script().ping());
      on.expect("ping ack", 0);
      assertTrue(on(() -> upload(upload)));
      // Until both sockets are full.
      await().during(STILL).until(() -> on(() -> connection.hasUnsent(upload)));
      on(
          () -> {
            on.send(on.script().headers(answered, true, ":status", "200", "grpc-status", "0"));
            on.send(on.script().goAway(answered, 0));
            on.abort();
            return true;
          });
      await().until(() -> told.contains(CLOSED));
    }
    // Either end of the connection may be seen first.
    assertTrue(told.remove("draining"), told.toString());
    assertEquals(List.of("ready", "one answered 200", "two refused", "upload lost", CLOSED), told);
  }
}
