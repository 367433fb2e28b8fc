package dev.adit.core.wire;

import static dev.adit.core.wire.protobuf.WireType.LENGTH_DELIMITED;
import static dev.adit.core.wire.protobuf.WireType.VARINT;
import static dev.adit.core.wire.protobuf.WireType.tag;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.adit.core.wire.protobuf.MessageReader;
import dev.adit.core.wire.protobuf.PartReader;
import dev.adit.core.wire.protobuf.WireException;
import dev.adit.proto.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * Reads a {@code TunnelMessage} and hands its frames on, in order. Takes whatever a protobuf writer
 * may produce: fields in any order, unknown fields, repeated fields of which the last counts. Used
 * for one message at a time by one thread.
 */
public final class FrameReader {
  /** A chunk up to here that is kept for long is copied, and does not keep its message alive. */
  public static final int SMALL_PART_BYTES = 4 * 1024;

  private final int copiedBytes;
  private final MessageReader in = new MessageReader();
  private final PartReader part = new PartReader();
  private final HeadReader heads = new HeadReader();

  // What the frame at hand holds.
  private long id;
  private int kind;
  private int kindStart;
  private int kindLength;
  private long credit;
  private boolean last;
  private int dataStart;
  private int dataLength;

  /** A reader for one who may keep each chunk for long: small ones are copied. */
  public FrameReader() {
    this(SMALL_PART_BYTES);
  }

  /**
   * A reader that has read nothing.
   *
   * @param copiedBytes chunks up to this size are copied, larger ones are parts of their message; 0
   *     for who copies few bytes that have to wait
   */
  public FrameReader(int copiedBytes) {
    this.copiedBytes = copiedBytes;
  }

  /**
   * @param message borrowed; chunks that outlive the call hold references of their own
   */
  public void read(ByteBuf message, FrameHandler handler) throws WireException {
    in.open(message);
    try {
      while (in.at() < in.end()) {
        int tag = (int) in.varint();
        if (tag != tag(Fields.MESSAGE_FRAMES, LENGTH_DELIMITED)) {
          in.skip(tag & 7, in.end());
          continue;
        }
        int length = in.length(in.end());
        int start = in.at();
        scan(start + length);
        dispatch(message, start, length, handler);
        in.moveTo(start + length);
      }
      message.skipBytes(in.end());
    } finally {
      in.close();
      part.close();
    }
  }

  /** Notes where each part of the frame stands. */
  private void scan(int end) throws WireException {
    id = 0;
    kind = 0;
    kindStart = in.at();
    kindLength = 0;
    last = false;
    dataStart = -1;
    dataLength = 0;
    while (in.at() < end) {
      int tag = (int) in.varint();
      int field = tag >>> 3;
      if (tag == tag(Fields.FRAME_REQUEST_ID, VARINT)) {
        id = in.varint();
      } else if (tag == tag(Fields.FRAME_LAST_CHUNK, VARINT)) {
        last = in.varint() != 0;
      } else if (tag == tag(Fields.FRAME_CREDIT, VARINT)) {
        kind = field;
        credit = in.varint();
      } else if (tag == tag(Fields.FRAME_DATA, LENGTH_DELIMITED)) {
        dataLength = in.length(end);
        dataStart = in.at();
        in.pass(dataLength);
      } else if ((tag & 7) == LENGTH_DELIMITED && field <= Fields.FRAME_RESET) {
        kind = field;
        kindLength = in.length(end);
        kindStart = in.at();
        in.pass(kindLength);
      } else {
        in.skip(tag & 7, end);
      }
    }
    if (in.at() != end) {
      throw new WireException("a frame's last field passes its end");
    }
  }

  private void dispatch(ByteBuf message, int start, int length, FrameHandler handler)
      throws WireException {
    part.open(in, kindStart, kindLength);
    if (id == 0) {
      if (kind == Fields.FRAME_HEARTBEAT) {
        handler.onHeartbeat(heads.heartbeat(part));
      } else {
        handler.onControl(parseControl(message, start, length));
      }
      return;
    }
    if (id < 0) {
      throw new WireException("request id " + Long.toUnsignedString(id) + " is out of range");
    }
    // Empty data that ends nothing is nothing: handed on, it would be a frame to a caller each
    // time.
    boolean hasData = dataStart >= 0;
    boolean lastInHead = last && !hasData;
    switch (kind) {
      case 0 -> {
        if (dataLength > 0 || last) {
          handler.onChunk(id, chunk(message), last);
        }
        return;
      }
      case Fields.FRAME_REQUEST_HEAD ->
          handler.onRequestHead(id, heads.requestHead(part), lastInHead);
      case Fields.FRAME_RESPONSE_HEAD ->
          handler.onResponseHead(id, heads.responseHead(part), lastInHead);
      case Fields.FRAME_TRAILERS -> {
        if (hasData) {
          throw new WireException("trailers and data in one frame");
        }
        handler.onTrailers(id, heads.trailers(part));
        return;
      }
      case Fields.FRAME_ACCEPTED -> heads.accepted(part, id, handler);
      case Fields.FRAME_RESET -> {
        handler.onReset(id, heads.reset(part));
        return;
      }
      case Fields.FRAME_CREDIT -> {
        if (credit <= 0 || credit > Integer.MAX_VALUE) {
          throw new WireException("credit of " + Long.toUnsignedString(credit) + " bytes");
        }
        handler.onCredit(id, (int) credit);
      }
      default -> throw new WireException("frame kind " + kind + " with request id " + id);
    }
    boolean inHead = kind == Fields.FRAME_REQUEST_HEAD || kind == Fields.FRAME_RESPONSE_HEAD;
    if (dataLength > 0 || (last && (hasData || !inHead))) {
      handler.onChunk(id, chunk(message), last);
    }
  }

  private ByteBuf chunk(ByteBuf message) throws WireException {
    if (dataLength > FrameLimits.LARGEST_CHUNK_BYTES) {
      throw new WireException(
          "a chunk of " + dataLength + " bytes; allowed are " + FrameLimits.LARGEST_CHUNK_BYTES);
    }
    if (dataLength == 0) {
      return Unpooled.EMPTY_BUFFER;
    }
    if (dataLength > copiedBytes) {
      // The chunk is the message's second owner: it may wait in a queue long after the message is
      // read.
      return message.retainedSlice(message.readerIndex() + dataStart, dataLength);
    }
    int from = message.readerIndex() + dataStart;
    return message.alloc().buffer(dataLength, dataLength).writeBytes(message, from, dataLength);
  }

  private static Frame parseControl(ByteBuf message, int start, int length) throws WireException {
    try {
      return Frame.parseFrom(ByteBufUtil.getBytes(message, message.readerIndex() + start, length));
    } catch (InvalidProtocolBufferException e) {
      throw new WireException("a control frame does not parse: " + e.getMessage());
    }
  }
}
