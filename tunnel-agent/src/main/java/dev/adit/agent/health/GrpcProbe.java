package dev.adit.agent.health;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.ConnectionUser;
import dev.adit.agent.backend.connection.BackendConnection;
import dev.adit.agent.backend.connection.BackendConnector;
import dev.adit.agent.backend.connection.BackendEvents;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.http2.Http2HeaderFields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call of grpc.health.v1.Health/Check on a connection like any other call's (gRPC Health
 * Checking Protocol), or on one of its own where calls have all streams. Confined to the loop.
 */
final class GrpcProbe implements ConnectionUser, BackendEvents {
  private static final AsciiString PATH = AsciiString.cached("/grpc.health.v1.Health/Check");
  private static final int PREFIX_BYTES = 5;
  private static final int SERVICE_TAG = 0x0a;
  private static final int STATUS_TAG = 0x08;
  private static final int SERVING = 1;
  private static final int MAX_SERVICE_BYTES = 127;
  private static final int MAX_ANSWER_BYTES = 64;

  // deps
  private final Backend backend;
  private final EventLoop loop;
  private final String service;
  private final Consumer<String> answer;

  // state, confined to the loop
  private final ByteBuf body = Unpooled.buffer(MAX_ANSWER_BYTES, MAX_ANSWER_BYTES);
  private @Nullable BackendConnection connection;
  private @Nullable Future<?> timer;
  private int streamId;
  private boolean over;

  /**
   * @param service empty: the server as a whole
   * @param answer told once: empty if the backend serves, else why not
   */
  GrpcProbe(Backend backend, EventLoop loop, String service, Consumer<String> answer) {
    this.backend = backend;
    this.loop = loop;
    this.service = service;
    this.answer = answer;
  }

  void begin(Duration timeout) {
    timer = loop.schedule(() -> onTimeout(timeout), timeout.toNanos(), TimeUnit.NANOSECONDS);
    backend.pool(loop).acquireForCheck(this);
  }

  private void onTimeout(Duration timeout) {
    BackendConnection on = connection;
    if (!over && on != null) {
      on.cancel(streamId);
    }
    end("no answer in " + timeout.toMillis() + " ms");
  }

  @Override
  public int patienceMillis() {
    return BackendConnector.CONNECT_TIMEOUT_MILLIS;
  }

  @Override
  public void onConnection(BackendConnection free) {
    if (over || !free.canOpen()) {
      free.giveBack();
      end("its connection is going away");
      return;
    }
    connection = free;
    Http2HeaderFields head =
        Http2HeaderFields.ofRequest(
            HeaderNames.POST,
            backend.pool(loop).scheme(),
            backend.text(),
            PATH,
            new HeaderFields()
                .add(HeaderNames.CONTENT_TYPE, HeaderNames.APPLICATION_GRPC)
                .add(HeaderNames.TE, HeaderNames.TRAILERS));
    streamId = free.open(head, false, this);
    if (streamId == BackendConnection.NOT_OPENED) {
      onRefused();
      return;
    }
    free.writeChunk(streamId, request(), true, null);
  }

  private ByteBuf request() {
    byte[] name = service.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(name.length, MAX_SERVICE_BYTES);
    ByteBuf request = Unpooled.buffer(PREFIX_BYTES + 2 + length);
    request.writeByte(0).writeInt(length == 0 ? 0 : 2 + length);
    if (length > 0) {
      request.writeByte(SERVICE_TAG).writeByte(length).writeBytes(name, 0, length);
    }
    return request;
  }

  @Override
  public void onNoConnection(boolean busy) {
    end("it cannot be connected to");
  }

  @Override
  public void onHead(ResponseHead head, boolean last) {
    if (last) {
      endBy(head.fields().get(HeaderNames.GRPC_STATUS));
    }
  }

  @Override
  public void onChunk(ByteBuf data, boolean last) {
    int bytes = data.readableBytes();
    body.writeBytes(data, Math.min(bytes, body.writableBytes()));
    data.release();
    BackendConnection on = connection;
    if (on != null && bytes > 0) {
      on.consume(streamId, bytes);
    }
    if (last) {
      end("it answered without grpc-status");
    }
  }

  @Override
  public void onTrailers(HeaderFields trailers) {
    endBy(trailers.get(HeaderNames.GRPC_STATUS));
  }

  private void endBy(@Nullable AsciiString status) {
    if (status == null || !status.contentEquals("0")) {
      end("grpc.health.v1 answered with grpc-status " + status);
      return;
    }
    boolean serving =
        body.readableBytes() >= PREFIX_BYTES + 2
            && body.getByte(PREFIX_BYTES) == STATUS_TAG
            && body.getByte(PREFIX_BYTES + 1) == SERVING;
    end(serving ? "" : "it says that it does not serve");
  }

  @Override
  public void onReset(long http2Code) {
    end("it reset the check");
  }

  @Override
  public void onRefused() {
    end("it refused the check");
  }

  @Override
  public void onTooLarge() {
    end("it answered with a header list that is too large");
  }

  @Override
  public void onLost() {
    end("its connection was lost");
  }

  private void end(String problem) {
    if (over) {
      return;
    }
    over = true;
    body.release();
    if (timer != null) {
      timer.cancel(false);
    }
    answer.accept(problem);
  }
}
