package dev.adit.agent.backend.connection;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.core.http2.read.EdgeListener;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Takes the frames of one connection to a backend and gives each to the events of its stream.
 * Confined to the loop of the connection.
 */
final class BackendStreamHandler implements EdgeListener {
  private static final int NO_GOAWAY = -1;
  private static final int SWITCHING_PROTOCOLS = 101;

  private final AlikeResponses responses = new AlikeResponses();

  // state, confined to the loop; the connection is set once, before any frame
  private @Nullable BackendConnection attached;
  private int goAwayLastStream = NO_GOAWAY;
  private long goAwayCode;

  void attach(BackendConnection connection) {
    attached = connection;
    connection.connection().addListener(new StreamEnds());
  }

  private BackendConnection connection() {
    BackendConnection connection = attached;
    if (connection == null) {
      throw new IllegalStateException("not attached");
    }
    return connection;
  }

  @Override
  public void onSettings() {
    connection().onSettings();
  }

  @Override
  public void onHeaders(Http2Stream stream, Http2Headers headers, boolean last)
      throws Http2Exception {
    BackendEvents events = connection().events(stream);
    if (events == null) {
      return;
    }
    Http2HeaderFields list = (Http2HeaderFields) headers;
    if (list.isCut()) {
      connection().cancel(stream.id());
      events.onTooLarge();
      return;
    }
    AsciiString status = list.status();
    if (status == null) {
      endIf(last, stream);
      events.onTrailers(responses.trailers(list.fields()));
      return;
    }
    ResponseHead head = head(stream.id(), status, list.fields(), last);
    if (head.isInformational()
        && connection().addInformational(stream, head.listBytes())
            > ResponseHead.MOST_INFORMATIONAL_BYTES) {
      throw malformed(stream.id(), "1xx heads without end");
    }
    connection().onAnswer();
    endIf(last, stream);
    events.onHead(head, last);
  }

  @Override
  public boolean isCut(Http2Headers headers) {
    return ((Http2HeaderFields) headers).isCut();
  }

  @Override
  public boolean answersHead(Http2Stream stream) {
    return connection().isHead(stream);
  }

  /** Ends the stream; the call hears of it when it is closed. */
  private static Http2Exception malformed(int streamId, String what) {
    return Http2Exception.streamError(streamId, Http2Error.PROTOCOL_ERROR, what);
  }

  private ResponseHead head(int streamId, AsciiString status, HeaderFields fields, boolean last)
      throws Http2Exception {
    int code = statusCode(status);
    // HTTP/2 has no upgrade (RFC 9113 8.6).
    if (code < 100 || code == SWITCHING_PROTOCOLS || (code < 200 && last)) {
      throw malformed(streamId, "a response with :status " + code);
    }
    return responses.head(code, fields);
  }

  /** Three digits (RFC 9110 15), or 0 if it is anything else. */
  private static int statusCode(AsciiString status) {
    int code = 0;
    for (int i = 0; i < status.length(); i++) {
      int digit = status.byteAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      code = 10 * code + digit;
    }
    return status.length() == 3 ? code : 0;
  }

  @Override
  public int onChunk(Http2Stream stream, ByteBuf data, boolean last) throws Http2Exception {
    BackendEvents events = connection().events(stream);
    if (events == null) {
      return data.readableBytes();
    }
    if (!stream.isHeadersReceived()) {
      throw malformed(stream.id(), "a body before its head");
    }
    endIf(last, stream);
    events.onChunk(data.retain(), last);
    return 0;
  }

  /** After its last event nothing more is told of a stream. */
  private void endIf(boolean last, Http2Stream stream) {
    if (last) {
      connection().removeEvents(stream);
    }
  }

  @Override
  public void onReset(Http2Stream stream, long code) {
    BackendEvents events = connection().removeEvents(stream);
    if (events == null) {
      return;
    }
    if (code == Http2Error.ENHANCE_YOUR_CALM.code() && !stream.isHeadersReceived()) {
      connection().onTooMuch();
    }
    if (code == Http2Error.REFUSED_STREAM.code()) {
      events.onRefused();
    } else {
      events.onReset(code);
    }
  }

  @Override
  public void onGoAway(int lastStreamId, long code) {
    goAwayLastStream = lastStreamId;
    goAwayCode = code;
    connection().onGoAway();
  }

  /** A stream is over, whoever ended it and however. */
  private final class StreamEnds extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      BackendEvents events = connection().removeEvents(stream);
      if (events != null) {
        tell(events, stream);
      }
    }

    private void tell(BackendEvents events, Http2Stream stream) {
      boolean aboveGoAway = goAwayLastStream != NO_GOAWAY && stream.id() > goAwayLastStream;
      if (aboveGoAway) {
        events.onRefused();
      } else if (goAwayLastStream != NO_GOAWAY && goAwayCode != Http2Error.NO_ERROR.code()) {
        events.onReset(goAwayCode);
      } else if (!connection().isClosed()) {
        // The connection lives: the codec itself found the backend's frames at fault.
        events.onReset(Http2Error.PROTOCOL_ERROR.code());
      } else {
        events.onLost();
      }
    }

    @Override
    public void onStreamRemoved(Http2Stream stream) {
      connection().onStreamOver();
    }
  }
}
