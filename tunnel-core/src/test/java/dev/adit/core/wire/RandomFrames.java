package dev.adit.core.wire;

import com.google.protobuf.ByteString;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.proto.v1.Accepted;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Header;
import dev.adit.proto.v1.Hello;
import dev.adit.proto.v1.Reset;
import dev.adit.proto.v1.Trailers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Frames by chance: our types, the generated ones, and what a reader tells of them. */
final class RandomFrames {
  private static final String[] MESSAGES = {
    "", "ascii", "gr\u00fc\u00df dich", "\ud83d\ude80 %0a\n"
  };

  private final Random random;

  RandomFrames(long seed) {
    random = new Random(seed);
  }

  /**
   * A frame of a call.
   *
   * @param seen what a reader tells of {@code proto}
   */
  record Case(Frame proto, List<SeenFrame> seen) {}

  /** An id of any size. */
  long id() {
    long id = random.nextLong() >>> (1 + random.nextInt(63));
    return Math.max(1, id);
  }

  boolean flip() {
    return random.nextBoolean();
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  byte[] bytes(int most) {
    byte[] bytes = new byte[random.nextInt(most + 1)];
    random.nextBytes(bytes);
    return bytes;
  }

  AsciiString text(int most) {
    return new AsciiString(bytes(most), false);
  }

  /** What a protobuf string may hold. */
  private AsciiString word(int most) {
    StringBuilder word = new StringBuilder();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      word.append((char) (' ' + random.nextInt(95)));
    }
    return new AsciiString(word);
  }

  HeaderFields fields() {
    HeaderFields fields = new HeaderFields();
    for (int i = random.nextInt(6); i > 0; i--) {
      AsciiString name = flip() ? AsciiString.of("same") : new AsciiString("n" + random.nextInt());
      fields.add(name, text(flip() ? 0 : 200));
    }
    return fields;
  }

  RequestHead requestHead() {
    long timeout =
        flip()
            ? CallHeaders.NO_TIMEOUT
            : TimeUnit.MILLISECONDS.toNanos(1 + random.nextInt(Integer.MAX_VALUE));
    CallHeaders headers =
        new CallHeaders(
            flip() ? CallProtocol.GRPC : CallProtocol.HTTP,
            text(20),
            text(5),
            text(300),
            text(300),
            fields(),
            timeout);
    return new RequestHead(
        headers, word(20), word(20), random.nextInt(4), 1 + random.nextInt(Integer.MAX_VALUE));
  }

  ResponseHead responseHead() {
    return new ResponseHead(100 + random.nextInt(900), fields());
  }

  CallReset reset() {
    CallFailure[] failures = CallFailure.values();
    return new CallReset(
        failures[random.nextInt(failures.length)],
        random.nextInt() & 0xffff_ffffL,
        flip(),
        MESSAGES[random.nextInt(MESSAGES.length)]);
  }

  Frame control() {
    Frame.Builder frame = Frame.newBuilder();
    return switch (random.nextInt(2)) {
      case 0 -> frame.setHello(Hello.newBuilder().setAgentId("a").addGroups("g")).build();
      default -> frame.build();
    };
  }

  private Heartbeat heartbeat() {
    return new Heartbeat(number(), number(), number(), flip());
  }

  /** Now and then the default, which is not written. */
  private long number() {
    return flip() ? random.nextLong() : 0;
  }

  /** One frame as a stock peer may write it: a kind, data and half-close together. */
  Case anyFrame() {
    return switch (random.nextInt(10)) {
      case 0 -> {
        Frame frame = control();
        yield new Case(frame, List.of(new SeenFrame("control", 0, frame, false)));
      }
      case 1, 2 -> withBody(new SeenFrame("request head", id(), requestHead(), flip()));
      case 3 -> withBody(new SeenFrame("response head", id(), responseHead(), flip()));
      case 4 -> only(new SeenFrame("trailers", id(), fields(), false));
      case 5 -> only(new SeenFrame("accepted", id(), List.of(word(10), word(30)), false));
      case 6 -> only(new SeenFrame("reset", id(), reset(), false));
      case 7 -> only(new SeenFrame("heartbeat", 0, heartbeat(), false));
      case 8 -> only(new SeenFrame("credit", id(), 1 + random.nextInt(Integer.MAX_VALUE), false));
      default -> only(new SeenFrame("chunk", id(), ByteString.copyFrom(bytes(6000)), flip()));
    };
  }

  private static Case only(SeenFrame seen) {
    Frame proto = toProto(seen).build();
    boolean nothing = seen.kind().equals("chunk") && !proto.getLastChunk() && !hasData(proto);
    return new Case(proto, nothing ? List.of() : List.of(seen));
  }

  private static boolean hasData(Frame proto) {
    return !proto.getData().isEmpty();
  }

  private Case withBody(SeenFrame head) {
    ByteString data = flip() ? ByteString.EMPTY : ByteString.copyFrom(bytes(6000));
    Frame proto = toProto(head).setData(data).build();
    if (data.isEmpty()) {
      return new Case(proto, List.of(head));
    }
    List<SeenFrame> seen = new ArrayList<>();
    seen.add(new SeenFrame(head.kind(), head.id(), head.value(), false));
    seen.add(new SeenFrame("chunk", head.id(), data, head.last()));
    return new Case(proto, seen);
  }

  /** The generated classes' word for a frame of ours. */
  static Frame.Builder toProto(SeenFrame frame) {
    Frame.Builder proto = Frame.newBuilder().setRequestId(frame.id()).setLastChunk(frame.last());
    return switch (frame.kind()) {
      case "request head" -> proto.setRequestHead(toProto((RequestHead) frame.value()));
      case "response head" -> {
        ResponseHead head = (ResponseHead) frame.value();
        yield proto.setResponseHead(
            dev.adit.proto.v1.ResponseHead.newBuilder()
                .setStatus(head.status())
                .addAllHeaders(toProto(head.fields())));
      }
      case "trailers" ->
          proto.setTrailers(
              Trailers.newBuilder().addAllHeaders(toProto((HeaderFields) frame.value())));
      case "accepted" -> {
        List<?> texts = (List<?>) frame.value();
        yield proto.setAccepted(
            Accepted.newBuilder()
                .setUpstreamBytes(bytes((AsciiString) texts.get(0)))
                .setBackendBytes(bytes((AsciiString) texts.get(1))));
      }
      case "heartbeat" -> proto.setHeartbeat(toProto((Heartbeat) frame.value()));
      case "reset" -> proto.setReset(toProto((CallReset) frame.value()));
      case "credit" -> proto.setCredit((Integer) frame.value());
      case "chunk" -> proto.setData((ByteString) frame.value());
      default -> throw new IllegalArgumentException(frame.kind());
    };
  }

  private static dev.adit.proto.v1.RequestHead toProto(RequestHead head) {
    CallHeaders headers = head.headers();
    dev.adit.proto.v1.RequestHead.Builder proto =
        dev.adit.proto.v1.RequestHead.newBuilder()
            .setProtocol(
                headers.isGrpc()
                    ? dev.adit.proto.v1.RequestHead.Protocol.GRPC
                    : dev.adit.proto.v1.RequestHead.Protocol.HTTP)
            .setMethod(bytes(headers.method()))
            .setScheme(bytes(headers.scheme()))
            .setAuthority(bytes(headers.authority()))
            .setPath(bytes(headers.path()))
            .addAllHeaders(toProto(headers.fields()))
            .setGroupBytes(bytes(head.group()))
            .setRuleBytes(bytes(head.rule()))
            .setAttempt(head.attempt())
            .setWindow(head.window());
    if (headers.hasTimeout()) {
      proto.setTimeoutMs(TimeUnit.NANOSECONDS.toMillis(headers.timeoutNanos()));
    }
    return proto.build();
  }

  private static dev.adit.proto.v1.Heartbeat toProto(Heartbeat heartbeat) {
    return dev.adit.proto.v1.Heartbeat.newBuilder()
        .setToken(heartbeat.token())
        .setEcho(heartbeat.echo())
        .setEchoDelayUs(heartbeat.echoDelayMicros())
        .setAtOnce(heartbeat.atOnce())
        .build();
  }

  private static Reset toProto(CallReset reset) {
    return Reset.newBuilder()
        .setCode((int) reset.http2Code())
        .setReason(reset.failure().token().toString())
        .setProcessed(reset.processed())
        .setMessage(reset.message())
        .build();
  }

  private static List<Header> toProto(HeaderFields fields) {
    List<Header> headers = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      headers.add(
          Header.newBuilder()
              .setName(bytes(fields.name(i)))
              .setValue(bytes(fields.value(i)))
              .build());
    }
    return headers;
  }

  private static ByteString bytes(AsciiString text) {
    return ByteString.copyFrom(text.array(), text.arrayOffset(), text.length());
  }

  /** The bytes of a text, for hostile heads. */
  static ByteString utf8(String text) {
    return ByteString.copyFrom(text, StandardCharsets.UTF_8);
  }
}
