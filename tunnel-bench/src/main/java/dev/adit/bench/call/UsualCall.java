package dev.adit.bench.call;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.HeaderNames;
import io.netty.util.AsciiString;
import java.time.Duration;

/** The heads and the message of a unary call as a stock client makes it. Never changed. */
public final class UsualCall {
  /** Bytes of a message of 100 bytes with its prefix. */
  public static final int BODY_BYTES = 105;

  public static final AsciiString GROUP = AsciiString.of("shop");
  public static final AsciiString RULE = AsciiString.of("orders");
  public static final AsciiString UPSTREAM = AsciiString.of("orders");
  public static final AsciiString BACKEND = AsciiString.of("127.0.0.1:50051");

  /** What a caller sends beside the pseudo-headers. */
  public static final HeaderFields FIELDS =
      new HeaderFields()
          .add(HeaderNames.TE, HeaderNames.TRAILERS)
          .add(HeaderNames.CONTENT_TYPE, HeaderNames.APPLICATION_GRPC)
          .add(AsciiString.of("user-agent"), AsciiString.of("grpc-java-netty/1.84.0"))
          .add(AsciiString.of("grpc-accept-encoding"), AsciiString.of("gzip"))
          .add(HeaderNames.GRPC_TIMEOUT, AsciiString.of("4999873u"));

  /** The head that crosses the tunnel, with what the entry has added. */
  public static final CallHeaders HEAD =
      new CallHeaders(
          CallProtocol.GRPC,
          HeaderNames.POST,
          AsciiString.of("http"),
          AsciiString.of("api.example.com:8002"),
          AsciiString.of("/shop.v1.OrderService/GetOrder"),
          new HeaderFields()
              .add(HeaderNames.CONTENT_TYPE, HeaderNames.APPLICATION_GRPC)
              .add(AsciiString.of("user-agent"), AsciiString.of("grpc-java-netty/1.84.0"))
              .add(AsciiString.of("grpc-accept-encoding"), AsciiString.of("gzip"))
              .add(HeaderNames.X_FORWARDED_FOR, AsciiString.of("192.0.2.7"))
              .add(HeaderNames.X_FORWARDED_PROTO, AsciiString.of("http"))
              .add(HeaderNames.X_REQUEST_ID, AsciiString.of("f63994cc0000000500000001")),
          Duration.ofSeconds(5).toNanos());

  public static final ResponseHead RESPONSE =
      new ResponseHead(
          200,
          new HeaderFields()
              .add(HeaderNames.CONTENT_TYPE, HeaderNames.APPLICATION_GRPC)
              .add(AsciiString.of("grpc-encoding"), AsciiString.of("identity"))
              .add(AsciiString.of("grpc-accept-encoding"), AsciiString.of("gzip")));

  public static final HeaderFields TRAILERS =
      new HeaderFields().add(HeaderNames.GRPC_STATUS, AsciiString.of("0"));

  private UsualCall() {}
}
