package dev.adit.core.wire;

import static dev.adit.core.wire.Protobuf.LENGTH_DELIMITED;
import static dev.adit.core.wire.Protobuf.VARINT;
import static dev.adit.core.wire.Protobuf.beginNested;
import static dev.adit.core.wire.Protobuf.endNested;
import static dev.adit.core.wire.Protobuf.tag;
import static dev.adit.core.wire.Protobuf.varintBytes;
import static dev.adit.core.wire.Protobuf.writeBytesField;
import static dev.adit.core.wire.Protobuf.writeRaw;
import static dev.adit.core.wire.Protobuf.writeVarint;
import static dev.adit.core.wire.Protobuf.writeVarintField;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.flow.ChunkQueue;
import dev.adit.proto.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;

/**
 * Appends frames to a {@code TunnelMessage}. Every {@code out} is borrowed and grows as needed;
 * what the generated classes read from it is equal to what was written (held by a property test).
 * One pass: lengths that are not known yet are padded.
 */
public final class FrameWriter {
  private FrameWriter() {}

  public static void control(ByteBuf out, Frame frame) {
    byte[] bytes = frame.toByteArray();
    out.writeByte(tag(Fields.MESSAGE_FRAMES, LENGTH_DELIMITED));
    writeVarint(out, bytes.length);
    out.writeBytes(bytes);
  }

  public static void requestHead(ByteBuf out, long id, RequestHead head, boolean last) {
    int frame = beginFrame(out, id);
    int nested = beginNested(out, Fields.FRAME_REQUEST_HEAD);
    CallHeaders headers = head.headers();
    writeVarintField(out, Fields.REQUEST_PROTOCOL, headers.isGrpc() ? 0 : 1);
    writeBytesField(out, Fields.REQUEST_METHOD, headers.method());
    writeBytesField(out, Fields.REQUEST_SCHEME, headers.scheme());
    writeBytesField(out, Fields.REQUEST_AUTHORITY, headers.authority());
    writeBytesField(out, Fields.REQUEST_PATH, headers.path());
    headers(out, Fields.REQUEST_HEADERS, headers.fields());
    if (headers.hasTimeout()) {
      writeVarintField(
          out,
          Fields.REQUEST_TIMEOUT_MS,
          Math.max(1, TimeUnit.NANOSECONDS.toMillis(headers.timeoutNanos())));
    }
    writeBytesField(out, Fields.REQUEST_GROUP, head.group());
    writeBytesField(out, Fields.REQUEST_RULE, head.rule());
    writeVarintField(out, Fields.REQUEST_ATTEMPT, head.attempt());
    writeVarintField(out, Fields.REQUEST_WINDOW, head.window());
    endNested(out, nested);
    endFrame(out, frame, last);
  }

  public static void responseHead(ByteBuf out, long id, ResponseHead head, boolean last) {
    int frame = beginFrame(out, id);
    int nested = beginNested(out, Fields.FRAME_RESPONSE_HEAD);
    writeVarintField(out, Fields.RESPONSE_STATUS, head.status());
    headers(out, Fields.RESPONSE_HEADERS, head.fields());
    endNested(out, nested);
    endFrame(out, frame, last);
  }

  public static void trailers(ByteBuf out, long id, HeaderFields trailers) {
    int frame = beginFrame(out, id);
    int nested = beginNested(out, Fields.FRAME_TRAILERS);
    headers(out, Fields.TRAILERS_HEADERS, trailers);
    endNested(out, nested);
    endFrame(out, frame, false);
  }

  public static void accepted(ByteBuf out, long id, AsciiString upstream, AsciiString backend) {
    int frame = beginFrame(out, id);
    int nested = beginNested(out, Fields.FRAME_ACCEPTED);
    writeBytesField(out, Fields.ACCEPTED_UPSTREAM, upstream);
    writeBytesField(out, Fields.ACCEPTED_BACKEND, backend);
    endNested(out, nested);
    endFrame(out, frame, false);
  }

  public static void reset(ByteBuf out, long id, CallReset reset) {
    int frame = beginFrame(out, id);
    int nested = beginNested(out, Fields.FRAME_RESET);
    writeVarintField(out, Fields.RESET_CODE, reset.http2Code());
    writeBytesField(out, Fields.RESET_REASON, reset.failure().token());
    writeVarintField(out, Fields.RESET_PROCESSED, reset.processed() ? 1 : 0);
    if (!reset.message().isEmpty()) {
      writeVarint(out, tag(Fields.RESET_MESSAGE, LENGTH_DELIMITED));
      writeVarint(out, ByteBufUtil.utf8Bytes(reset.message()));
      ByteBufUtil.writeUtf8(out, reset.message());
    }
    endNested(out, nested);
    endFrame(out, frame, false);
  }

  /**
   * @param bytes positive
   */
  public static void credit(ByteBuf out, long id, int bytes) {
    int frame = beginFrame(out, id);
    writeVarintField(out, Fields.FRAME_CREDIT, bytes);
    endFrame(out, frame, false);
  }

  /**
   * Body bytes from the front of a queue.
   *
   * @param length bytes to take, may be 0 for a bare half-close
   */
  public static void chunk(ByteBuf out, long id, ChunkQueue queue, int length, boolean last) {
    int body =
        1 + varintBytes(id) + (last ? 2 : 0) + (length == 0 ? 0 : 2 + varintBytes(length) + length);
    out.writeByte(tag(Fields.MESSAGE_FRAMES, LENGTH_DELIMITED));
    writeVarint(out, body);
    writeVarintField(out, Fields.FRAME_REQUEST_ID, id);
    if (last) {
      writeVarintField(out, Fields.FRAME_LAST_CHUNK, 1);
    }
    if (length > 0) {
      writeVarint(out, tag(Fields.FRAME_DATA, LENGTH_DELIMITED));
      writeVarint(out, length);
      queue.drainTo(out, length);
    }
  }

  private static int beginFrame(ByteBuf out, long id) {
    int frame = beginNested(out, Fields.MESSAGE_FRAMES);
    writeVarint(out, tag(Fields.FRAME_REQUEST_ID, VARINT));
    writeVarint(out, id);
    return frame;
  }

  private static void endFrame(ByteBuf out, int frame, boolean last) {
    if (last) {
      writeVarintField(out, Fields.FRAME_LAST_CHUNK, 1);
    }
    endNested(out, frame);
  }

  private static void headers(ByteBuf out, int field, HeaderFields fields) {
    for (int i = 0; i < fields.size(); i++) {
      AsciiString name = fields.name(i);
      AsciiString value = fields.value(i);
      out.writeByte(tag(field, LENGTH_DELIMITED));
      int valueBytes = value.isEmpty() ? 0 : 1 + varintBytes(value.length()) + value.length();
      writeVarint(out, 1 + varintBytes(name.length()) + name.length() + valueBytes);
      out.writeByte(tag(Fields.HEADER_NAME, LENGTH_DELIMITED));
      writeVarint(out, name.length());
      writeRaw(out, name);
      writeBytesField(out, Fields.HEADER_VALUE, value);
    }
  }
}
