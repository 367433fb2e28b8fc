package dev.adit.core.wire;

import static dev.adit.core.wire.protobuf.WireType.LENGTH_DELIMITED;
import static dev.adit.core.wire.protobuf.WireType.VARINT;
import static dev.adit.core.wire.protobuf.WireType.tag;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.wire.protobuf.PartReader;
import dev.adit.core.wire.protobuf.WireException;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Reads the messages inside the frames of a call, and heartbeats. Each method reads a part to its
 * end. Used by one thread at a time.
 */
final class HeadReader {
  private static final long MAX_TIMEOUT_MS = TimeUnit.NANOSECONDS.toMillis(Long.MAX_VALUE - 1);

  private static final AsciiString TE = AsciiString.cached("te");
  private static final AsciiString USER_AGENT = AsciiString.cached("user-agent");
  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final AsciiString GRPC_ENCODING = AsciiString.cached("grpc-encoding");
  private static final AsciiString ACCEPT_ENCODING = AsciiString.cached("accept-encoding");
  private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
  private static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
  private static final AsciiString GRPC_ACCEPT_ENCODING =
      AsciiString.cached("grpc-accept-encoding");

  private final KnownTexts texts = new KnownTexts();

  private final KnownPart<ResponseHead> knownHead = new KnownPart<>();
  private final KnownPart<HeaderFields> knownTrailers = new KnownPart<>();

  /** Of the head at hand: how many there are is known at its end. */
  private final HeaderFields fields = new HeaderFields();

  RequestHead requestHead(PartReader in) throws WireException {
    int end = in.end();
    CallProtocol protocol = CallProtocol.GRPC;
    AsciiString method = AsciiString.EMPTY_STRING;
    AsciiString scheme = AsciiString.EMPTY_STRING;
    AsciiString authority = AsciiString.EMPTY_STRING;
    AsciiString path = AsciiString.EMPTY_STRING;
    AsciiString group = AsciiString.EMPTY_STRING;
    AsciiString rule = AsciiString.EMPTY_STRING;
    long timeoutNanos = CallHeaders.NO_TIMEOUT;
    int attempt = 0;
    long window = 0;
    while (in.at() < end) {
      int tag = (int) in.varint();
      switch (tag >>> 3) {
        case Fields.REQUEST_PROTOCOL ->
            protocol = number(in, tag) == 0 ? CallProtocol.GRPC : CallProtocol.HTTP;
        case Fields.REQUEST_METHOD -> method = bytes(in, tag, end);
        case Fields.REQUEST_SCHEME -> scheme = bytes(in, tag, end);
        case Fields.REQUEST_AUTHORITY -> authority = bytes(in, tag, end);
        case Fields.REQUEST_PATH -> path = bytes(in, tag, end);
        case Fields.REQUEST_HEADERS -> header(in, tag, end);
        case Fields.REQUEST_TIMEOUT_MS -> timeoutNanos = timeout(number(in, tag));
        case Fields.REQUEST_GROUP -> group = bytes(in, tag, end);
        case Fields.REQUEST_RULE -> rule = bytes(in, tag, end);
        case Fields.REQUEST_ATTEMPT -> attempt = (int) number(in, tag);
        case Fields.REQUEST_WINDOW -> window = number(in, tag);
        default -> in.skip(tag & 7, end);
      }
    }
    checkEnd(in, end);
    if (window <= 0 || window > Integer.MAX_VALUE) {
      throw new WireException(
          "a request head with a window of " + Long.toUnsignedString(window) + " bytes");
    }
    CallHeaders headers =
        new CallHeaders(protocol, method, scheme, authority, path, takeFields(), timeoutNanos);
    return new RequestHead(headers, group, rule, attempt, (int) window);
  }

  private static long timeout(long millis) {
    if (millis == 0) {
      return CallHeaders.NO_TIMEOUT;
    }
    return TimeUnit.MILLISECONDS.toNanos(
        millis < 0 ? MAX_TIMEOUT_MS : Math.min(millis, MAX_TIMEOUT_MS));
  }

  ResponseHead responseHead(PartReader in) throws WireException {
    ResponseHead known = knownHead.pass(in);
    return known == null ? knownHead.keep(newResponseHead(in), in) : known;
  }

  private ResponseHead newResponseHead(PartReader in) throws WireException {
    int end = in.end();
    long status = 0;
    while (in.at() < end) {
      int tag = (int) in.varint();
      switch (tag >>> 3) {
        case Fields.RESPONSE_STATUS -> status = number(in, tag);
        case Fields.RESPONSE_HEADERS -> header(in, tag, end);
        default -> in.skip(tag & 7, end);
      }
    }
    checkEnd(in, end);
    if (status < 100 || status > 999) {
      throw new WireException("a response head with status " + Long.toUnsignedString(status));
    }
    return new ResponseHead((int) status, takeFields());
  }

  HeaderFields trailers(PartReader in) throws WireException {
    HeaderFields known = knownTrailers.pass(in);
    return known == null ? knownTrailers.keep(newTrailers(in), in) : known;
  }

  private HeaderFields newTrailers(PartReader in) throws WireException {
    int end = in.end();
    while (in.at() < end) {
      int tag = (int) in.varint();
      if (tag >>> 3 == Fields.TRAILERS_HEADERS) {
        header(in, tag, end);
      } else {
        in.skip(tag & 7, end);
      }
    }
    checkEnd(in, end);
    return takeFields();
  }

  private HeaderFields takeFields() {
    HeaderFields taken = fields.copy();
    fields.clear();
    return taken;
  }

  void accepted(PartReader in, long id, FrameHandler handler) throws WireException {
    int end = in.end();
    AsciiString upstream = AsciiString.EMPTY_STRING;
    AsciiString backend = AsciiString.EMPTY_STRING;
    while (in.at() < end) {
      int tag = (int) in.varint();
      switch (tag >>> 3) {
        case Fields.ACCEPTED_UPSTREAM -> upstream = shown(in, tag, end);
        case Fields.ACCEPTED_BACKEND -> backend = shown(in, tag, end);
        default -> in.skip(tag & 7, end);
      }
    }
    checkEnd(in, end);
    handler.onAccepted(id, upstream, backend);
  }

  CallReset reset(PartReader in) throws WireException {
    int end = in.end();
    long code = 0;
    boolean processed = false;
    String reason = "";
    String message = "";
    while (in.at() < end) {
      int tag = (int) in.varint();
      switch (tag >>> 3) {
        case Fields.RESET_CODE -> code = number(in, tag) & 0xffff_ffffL;
        case Fields.RESET_REASON -> reason = text(in, tag, end);
        case Fields.RESET_PROCESSED -> processed = number(in, tag) != 0;
        case Fields.RESET_MESSAGE -> message = text(in, tag, end);
        default -> in.skip(tag & 7, end);
      }
    }
    checkEnd(in, end);
    CallFailure failure = CallFailure.ofToken(reason);
    // A newer peer may know reasons that this build does not; the error code still tells the
    // status.
    return new CallReset(
        failure == null ? CallFailure.BACKEND_RESET : failure, code, processed, message);
  }

  Heartbeat heartbeat(PartReader in) throws WireException {
    int end = in.end();
    long token = 0;
    long echo = 0;
    long echoDelayMicros = 0;
    boolean atOnce = false;
    while (in.at() < end) {
      int tag = (int) in.varint();
      switch (tag >>> 3) {
        case Fields.HEARTBEAT_TOKEN -> token = number(in, tag);
        case Fields.HEARTBEAT_ECHO -> echo = number(in, tag);
        case Fields.HEARTBEAT_ECHO_DELAY_US -> echoDelayMicros = number(in, tag);
        case Fields.HEARTBEAT_AT_ONCE -> atOnce = number(in, tag) != 0;
        default -> in.skip(tag & 7, end);
      }
    }
    checkEnd(in, end);
    return new Heartbeat(token, echo, echoDelayMicros, atOnce);
  }

  private void header(PartReader in, int tag, int end) throws WireException {
    if ((tag & 7) != LENGTH_DELIMITED) {
      throw new WireException("a header field of wire type " + (tag & 7));
    }
    int length = in.length(end);
    int headerEnd = in.at() + length;
    AsciiString name = AsciiString.EMPTY_STRING;
    AsciiString value = AsciiString.EMPTY_STRING;
    while (in.at() < headerEnd) {
      int part = (int) in.varint();
      if (part == tag(Fields.HEADER_NAME, LENGTH_DELIMITED)) {
        name = texts.read(in, in.length(headerEnd));
      } else if (part == tag(Fields.HEADER_VALUE, LENGTH_DELIMITED)) {
        int valueLength = in.length(headerEnd);
        value = isRepeated(name) ? texts.read(in, valueLength) : in.text(valueLength);
      } else {
        in.skip(part & 7, headerEnd);
      }
    }
    checkEnd(in, headerEnd);
    if (name.isEmpty()) {
      throw new WireException("a header field without a name");
    }
    fields.add(name, value);
  }

  /** Whether the values of these fields are the same in most calls, and no secrets. */
  private static boolean isRepeated(AsciiString name) {
    return switch (name.length()) {
      case 2 -> name.equals(TE);
      case 10 -> name.equals(USER_AGENT);
      case 11 -> name.equals(GRPC_STATUS);
      case 12 -> name.equals(CONTENT_TYPE);
      case 13 -> name.equals(GRPC_ENCODING);
      case 14 -> name.equals(CONTENT_LENGTH);
      case 15 -> name.equals(ACCEPT_ENCODING) || name.equals(FORWARDED_FOR);
      case 17 -> name.equals(FORWARDED_PROTO);
      case 20 -> name.equals(GRPC_ACCEPT_ENCODING);
      default -> false;
    };
  }

  private static void checkEnd(PartReader in, int end) throws WireException {
    if (in.at() != end) {
      throw new WireException("a message's last field passes its end");
    }
  }

  private static long number(PartReader in, int tag) throws WireException {
    if ((tag & 7) != VARINT) {
      throw new WireException(
          "field " + (tag >>> 3) + " of wire type " + (tag & 7) + " where a number stands");
    }
    return in.varint();
  }

  private AsciiString bytes(PartReader in, int tag, int end) throws WireException {
    if ((tag & 7) != LENGTH_DELIMITED) {
      throw new WireException(
          "field " + (tag >>> 3) + " of wire type " + (tag & 7) + " where bytes stand");
    }
    return texts.read(in, in.length(end));
  }

  /** What is there for people is kept as long as the call: no more of it than they would read. */
  private AsciiString shown(PartReader in, int tag, int end) throws WireException {
    AsciiString whole = bytes(in, tag, end);
    return whole.length() <= FrameLimits.MOST_SHOWN_BYTES
        ? whole
        : whole.subSequence(0, FrameLimits.MOST_SHOWN_BYTES, true);
  }

  private String text(PartReader in, int tag, int end) throws WireException {
    AsciiString raw = shown(in, tag, end);
    return new String(raw.array(), raw.arrayOffset(), raw.length(), StandardCharsets.UTF_8);
  }
}
