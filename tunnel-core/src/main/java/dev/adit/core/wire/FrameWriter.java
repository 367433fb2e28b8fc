package dev.adit.core.wire;

import static dev.adit.core.wire.protobuf.ProtobufWriter.most;
import static dev.adit.core.wire.protobuf.ProtobufWriter.varintBytes;
import static dev.adit.core.wire.protobuf.WireType.LENGTH_DELIMITED;
import static dev.adit.core.wire.protobuf.WireType.VARINT;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.flow.ChunkQueue;
import dev.adit.core.wire.protobuf.ProtobufWriter;
import dev.adit.proto.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Appends frames to a {@code TunnelMessage}; what the generated classes read from it is equal to
 * what was written (held by a property test). One pass: lengths that are not known yet are padded.
 */
public final class FrameWriter {
  /** Tags, lengths and numbers of a frame that has no texts. */
  private static final int FRAME_BYTES = 16 * ProtobufWriter.MAX_VARINT_BYTES;

  /** Tags and lengths of one header field. */
  private static final int FIELD_BYTES = 6 * ProtobufWriter.MAX_VARINT_BYTES;

  private final ByteBuf message;
  private final ProtobufWriter to;

  /**
   * Writes behind what is there.
   *
   * @param message borrowed; has an array, and grows as needed
   */
  public FrameWriter(ByteBuf message) {
    this.message = message;
    to = new ProtobufWriter(message);
  }

  /** The message that is written; borrowed from whoever owns it. */
  public ByteBuf message() {
    return message;
  }

  public void control(Frame frame) {
    byte[] bytes = frame.toByteArray();
    to.open(2 * ProtobufWriter.MAX_VARINT_BYTES + bytes.length);
    to.tag(Fields.MESSAGE_FRAMES, LENGTH_DELIMITED);
    to.varint(bytes.length);
    to.raw(bytes);
    to.finish();
  }

  public void heartbeat(Heartbeat heartbeat) {
    to.open(FRAME_BYTES);
    int frame = to.begin(Fields.MESSAGE_FRAMES);
    int nested = to.begin(Fields.FRAME_HEARTBEAT);
    to.number(Fields.HEARTBEAT_TOKEN, heartbeat.token());
    to.number(Fields.HEARTBEAT_ECHO, heartbeat.echo());
    to.number(Fields.HEARTBEAT_ECHO_DELAY_US, heartbeat.echoDelayMicros());
    to.number(Fields.HEARTBEAT_AT_ONCE, heartbeat.atOnce() ? 1 : 0);
    to.end(nested);
    endFrame(frame, false);
  }

  public void requestHead(long id, RequestHead head, boolean last) {
    CallHeaders headers = head.headers();
    int texts =
        most(headers.method())
            + most(headers.scheme())
            + most(headers.authority())
            + most(headers.path())
            + most(head.group())
            + most(head.rule());
    to.open(FRAME_BYTES + texts + mostOf(headers.fields()));
    int frame = beginFrame(id);
    int nested = to.begin(Fields.FRAME_REQUEST_HEAD);
    to.number(Fields.REQUEST_PROTOCOL, headers.isGrpc() ? 0 : 1);
    to.bytes(Fields.REQUEST_METHOD, headers.method());
    to.bytes(Fields.REQUEST_SCHEME, headers.scheme());
    to.bytes(Fields.REQUEST_AUTHORITY, headers.authority());
    to.bytes(Fields.REQUEST_PATH, headers.path());
    headers(Fields.REQUEST_HEADERS, headers.fields());
    if (headers.hasTimeout()) {
      long millis = TimeUnit.NANOSECONDS.toMillis(headers.timeoutNanos());
      to.number(Fields.REQUEST_TIMEOUT_MS, Math.max(1, millis));
    }
    to.bytes(Fields.REQUEST_GROUP, head.group());
    to.bytes(Fields.REQUEST_RULE, head.rule());
    to.number(Fields.REQUEST_ATTEMPT, head.attempt());
    to.number(Fields.REQUEST_WINDOW, head.window());
    to.end(nested);
    endFrame(frame, last);
  }

  public void responseHead(long id, ResponseHead head, boolean last) {
    to.open(FRAME_BYTES + mostOf(head.fields()));
    int frame = beginFrame(id);
    int nested = to.begin(Fields.FRAME_RESPONSE_HEAD);
    to.number(Fields.RESPONSE_STATUS, head.status());
    headers(Fields.RESPONSE_HEADERS, head.fields());
    to.end(nested);
    endFrame(frame, last);
  }

  public void trailers(long id, HeaderFields trailers) {
    to.open(FRAME_BYTES + mostOf(trailers));
    int frame = beginFrame(id);
    int nested = to.begin(Fields.FRAME_TRAILERS);
    headers(Fields.TRAILERS_HEADERS, trailers);
    to.end(nested);
    endFrame(frame, false);
  }

  public void accepted(long id, AsciiString upstream, AsciiString backend) {
    to.open(FRAME_BYTES + most(upstream) + most(backend));
    int frame = beginFrame(id);
    int nested = to.begin(Fields.FRAME_ACCEPTED);
    to.bytes(Fields.ACCEPTED_UPSTREAM, upstream);
    to.bytes(Fields.ACCEPTED_BACKEND, backend);
    to.end(nested);
    endFrame(frame, false);
  }

  public void reset(long id, CallReset reset) {
    AsciiString reason = reset.failure().token();
    byte[] message = reset.message().getBytes(StandardCharsets.UTF_8);
    to.open(FRAME_BYTES + most(reason) + message.length);
    int frame = beginFrame(id);
    int nested = to.begin(Fields.FRAME_RESET);
    to.number(Fields.RESET_CODE, reset.http2Code());
    to.bytes(Fields.RESET_REASON, reason);
    to.number(Fields.RESET_PROCESSED, reset.processed() ? 1 : 0);
    if (message.length > 0) {
      to.tag(Fields.RESET_MESSAGE, LENGTH_DELIMITED);
      to.varint(message.length);
      to.raw(message);
    }
    to.end(nested);
    endFrame(frame, false);
  }

  /**
   * @param bytes positive
   */
  public void credit(long id, int bytes) {
    to.open(FRAME_BYTES);
    int frame = beginFrame(id);
    to.number(Fields.FRAME_CREDIT, bytes);
    endFrame(frame, false);
  }

  /**
   * Body bytes from the front of a queue.
   *
   * @param length bytes to take, may be 0 for a bare half-close
   */
  public void chunk(long id, ChunkQueue queue, int length, boolean last) {
    int body =
        1 + varintBytes(id) + (last ? 2 : 0) + (length == 0 ? 0 : 2 + varintBytes(length) + length);
    to.open(FRAME_BYTES + length);
    to.tag(Fields.MESSAGE_FRAMES, LENGTH_DELIMITED);
    to.varint(body);
    to.number(Fields.FRAME_REQUEST_ID, id);
    if (last) {
      to.number(Fields.FRAME_LAST_CHUNK, 1);
    }
    if (length > 0) {
      to.tag(Fields.FRAME_DATA, LENGTH_DELIMITED);
      to.varint(length);
    }
    to.finish();
    queue.drainTo(message, length);
  }

  private int beginFrame(long id) {
    int frame = to.begin(Fields.MESSAGE_FRAMES);
    to.tag(Fields.FRAME_REQUEST_ID, VARINT);
    to.varint(id);
    return frame;
  }

  private void endFrame(int frame, boolean last) {
    if (last) {
      to.number(Fields.FRAME_LAST_CHUNK, 1);
    }
    to.end(frame);
    to.finish();
  }

  private static int mostOf(HeaderFields fields) {
    int most = 0;
    for (int i = 0; i < fields.size(); i++) {
      most += FIELD_BYTES + fields.name(i).length() + fields.value(i).length();
    }
    return most;
  }

  private void headers(int field, HeaderFields fields) {
    for (int i = 0; i < fields.size(); i++) {
      AsciiString name = fields.name(i);
      AsciiString value = fields.value(i);
      to.tag(field, LENGTH_DELIMITED);
      int valueBytes = value.isEmpty() ? 0 : 1 + varintBytes(value.length()) + value.length();
      to.varint(1 + varintBytes(name.length()) + name.length() + valueBytes);
      to.tag(Fields.HEADER_NAME, LENGTH_DELIMITED);
      to.varint(name.length());
      to.raw(name);
      to.bytes(Fields.HEADER_VALUE, value);
    }
  }
}
